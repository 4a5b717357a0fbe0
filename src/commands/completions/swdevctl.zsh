#compdef swdevctl
# SPDX-License-Identifier: MIT OR Apache-2.0
# zsh completion for swdevctl, for a folder of $fpath, as _swdevctl.
_swdevctl() {
    local word about
    local -a found shown
    # (Q) removes quotes; nothing of the line is evaluated.
    while IFS= read -r about; do
        word=${about%%$'\t'*}
        if [[ -z $word ]]; then
            _files
            return
        fi
        about=${about#*$'\t'}
        found+=("$word")
        shown+=("$word${about:+  -- $about}")
    done < <(swdevctl __complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
    compadd -l -d shown -a found
}
if [[ ${funcstack[1]-} == _swdevctl ]]; then
    _swdevctl "$@"
else
    compdef _swdevctl swdevctl
fi
