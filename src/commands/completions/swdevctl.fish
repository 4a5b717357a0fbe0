# SPDX-License-Identifier: MIT OR Apache-2.0
# fish completion for swdevctl.
function __swdevctl_complete
    set -l words (commandline -opc)
    set -e words[1]
    # An open quote is removed, others and backslashes count as usual.
    set -l raw (commandline -ct)
    set -l word (string unescape -- "$raw"); or set word (string trim --left --chars \'\" -- "$raw")
    set -l found (swdevctl __complete $words "$word" 2>/dev/null)
    if string match -q \t'*' -- $found[1]
        __fish_complete_path "$word"
    else
        string join \n -- $found
    end
end
complete -c swdevctl -f -a '(__swdevctl_complete)'
