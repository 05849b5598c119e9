# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
# bash completion for knead; the commands and their options are asked of knead itself

# the options of a command, or of knead alone: those that begin a line of its help, and a second one beside (--from DAY --to DAY)
_knead_options() {
	knead "$@" --help 2>/dev/null | sed -n 's/^  \(--*[a-z-]*\)\( [A-Z]* \(--*[a-z-]*\)\)\{0,1\}.*/\1 \3/p'
}

_knead() {
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' i
	local days="today yesterday monday last-week this-month last-month" shades="dose peak"
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--socket | --color | --day | --since | --from | --to | --by | --device | --label | --limit | -n | --for | --output | -o | --scenario | --sessions-from | --person | --external-id | --at | --sort | --before | --after | --where)
			[[ ${COMP_WORDS[i + 1]} != = ]] || ((i++))
			((i++))
			;;
		-*) ;;
		*) command=${COMP_WORDS[i]}; break ;;
		esac
	done
	# of --color=WHEN bash makes three words
	[[ $previous != = ]] || previous=${COMP_WORDS[COMP_CWORD - 2]}
	[[ $word != = ]] || word=''
	case $previous in
	--color) mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$word"); return ;;
	--sessions-from) mapfile -t COMPREPLY < <(compgen -W "all today yesterday" -- "$word"); return ;;
	--day) mapfile -t COMPREPLY < <(compgen -W "today yesterday monday" -- "$word"); return ;;
	--to)
		# of these it is a person
		case $command in assign) days=nobody ;; checkout) days='' ;; esac
		mapfile -t COMPREPLY < <(compgen -W "$days" -- "$word")
		return
		;;
	--since | --from) mapfile -t COMPREPLY < <(compgen -W "$days" -- "$word"); return ;;
	--month) mapfile -t COMPREPLY < <(compgen -W "this-month last-month" -- "$word"); return ;;
	--by)
		[[ $command != summary ]] || shades+=" region side node device person"
		mapfile -t COMPREPLY < <(compgen -W "$shades" -- "$word")
		return
		;;
	--socket | --output | -o)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	--sort) mapfile -t COMPREPLY < <(compgen -W "battery firmware synced name unsynced person" -- "$word"); return ;;
	--person)
		[[ $command == plan ]] || mapfile -t COMPREPLY < <(compgen -W "unassigned" -- "$word")
		return
		;;
	--device | --label | --limit | -n | --for | --scenario | --external-id | --at | --before | --after | --where) return ;;
	esac
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_knead_options ${command:+"$command"})" -- "$word")
	elif [[ -z $command || $command == help ]]; then
		mapfile -t COMPREPLY < <(compgen -W "help $(knead --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')" -- "$word")
	elif [[ $command == rezone ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(timedatectl list-timezones 2>/dev/null)" -- "$word")
	elif [[ $command == summary ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$days" -- "$word")
	elif [[ $command == plan ]]; then
		if [[ $previous == set || $previous == check ]]; then
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$word")
		else
			mapfile -t COMPREPLY < <(compgen -W "show set check end" -- "$word")
		fi
	elif [[ $command == show || $command == rate || $command == note || $command == split || $command == merge || $command == delete ]]; then
		mapfile -t COMPREPLY < <(compgen -W "last longest" -- "$word")
	elif [[ $command == undo ]]; then
		mapfile -t COMPREPLY < <(compgen -W "last" -- "$word")
	elif [[ $command == person ]]; then
		mapfile -t COMPREPLY < <(compgen -W "add list show rename" -- "$word")
	elif [[ $command == export ]]; then
		mapfile -t COMPREPLY < <(compgen -W "csv json" -- "$word")
	fi
}
complete -F _knead knead
