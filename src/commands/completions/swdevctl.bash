# SPDX-License-Identifier: MIT OR Apache-2.0
# bash completion for swdevctl; needs no other package.
_swdevctl() {
    local word kept=
    local -a words
    # Not COMP_WORDS: colons of addresses divide these. Backslashes quote here as they do in the
    # candidates; nothing of the line is evaluated.
    # shellcheck disable=SC2162
    IFS=$' \t\n' read -d '' -a words <<<"${COMP_LINE:0:COMP_POINT}"
    case ${COMP_LINE:0:COMP_POINT} in
        *[![:space:]]) ;;
        *) words+=('') ;;
    esac
    # What readline keeps of the word: everything up to the last of its own word breaks.
    word=${words[-1]}
    case $COMP_WORDBREAKS in *:*) [[ $word != *:* ]] || kept=${word%"${word##*:}"} ;; esac
    case $COMP_WORDBREAKS in *=*) [[ ${word#"$kept"} != *=* ]] || kept=${word%"${word##*=}"} ;; esac
    COMPREPLY=()
    while IFS= read -r word; do
        # What it is comes after a tab.
        word=${word%%$'\t'*}
        if [ -z "$word" ]; then
            compopt -o default
            return
        fi
        word=${word#"$kept"}
        # A name can be anything, and must not be run.
        [[ $word != *[![:alnum:]_./:=,@+-]* ]] || printf -v word %q "$word"
        COMPREPLY+=("$word")
    done < <(swdevctl __complete "${words[@]:1}" 2>/dev/null)
}
complete -F _swdevctl swdevctl
