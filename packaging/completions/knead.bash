# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
# bash completion for knead; the commands and their options are asked of knead itself

_knead() {
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' i
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-*) ;;
		*) command=${COMP_WORDS[i]}; break ;;
		esac
	done
	case $previous in
	--color) mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$word"); return ;;
	--day | --from | --to) mapfile -t COMPREPLY < <(compgen -W "today yesterday" -- "$word"); return ;;
	--socket | -o) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	esac
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(knead ${command:+"$command"} --help 2>/dev/null | sed -n 's/^  \(--[a-z-]*\).*/\1/p')" -- "$word")
	elif [[ -z $command || $command == help ]]; then
		mapfile -t COMPREPLY < <(compgen -W "help $(knead --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')" -- "$word")
	elif [[ $command == show ]]; then
		mapfile -t COMPREPLY < <(compgen -W "last longest" -- "$word")
	fi
}
complete -F _knead knead
