# bash completion for erpsync, made by: erpsync help --completion
_erpsync() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local noun='' verb='' words='' i

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-c | --config | --trace) i=$((i + 1)) ;;
		-*) ;;
		*)
			if [[ -z $noun ]]; then
				noun=${COMP_WORDS[i]}
			elif [[ -z $verb ]]; then
				verb=${COMP_WORDS[i]}
			fi
			;;
		esac
	done
	case $before in
	-c | --config | --trace) return ;;
	--since | --until | --only | --limit | --to | --max-runtime | --flow | --code | --reason | --from | --system)
		compopt +o default
		return
		;;
	esac
	case "$noun $verb" in
	' ') words='orders refunds fulfillments products inventory run queue adopt status check skus explain map forget state help -c --config --trace -v --verbose -h --help --version' ;;
	"orders ") words='export -c --config --trace -v --verbose -h --help --version' ;;
	"refunds ") words='export -c --config --trace -v --verbose -h --help --version' ;;
	"fulfillments ") words='pull -c --config --trace -v --verbose -h --help --version' ;;
	"products ") words='push -c --config --trace -v --verbose -h --help --version' ;;
	"inventory ") words='pull -c --config --trace -v --verbose -h --help --version' ;;
	"queue ") words='list show retry drop -c --config --trace -v --verbose -h --help --version' ;;
	"adopt ") words='orders refunds -c --config --trace -v --verbose -h --help --version' ;;
	"skus ") words='check -c --config --trace -v --verbose -h --help --version' ;;
	"state ") words='backup check moved path -c --config --trace -v --verbose -h --help --version' ;;
	"orders export"*) words='--dry-run --since --until --only --limit --full --to --max-runtime --json -c --config --trace -v --verbose -h --help --version' ;;
	"refunds export"*) words='--dry-run --since --until --only --limit --full --to --max-runtime --json -c --config --trace -v --verbose -h --help --version' ;;
	"fulfillments pull"*) words='--dry-run --only --limit --full --max-runtime --json -c --config --trace -v --verbose -h --help --version' ;;
	"products push"*) words='--dry-run --only --limit --full --max-runtime --json -c --config --trace -v --verbose -h --help --version' ;;
	"inventory pull"*) words='--dry-run --only --limit --full --max-runtime --json -c --config --trace -v --verbose -h --help --version' ;;
	"run "*) words='orders refunds fulfillments products inventory --all --dry-run --full --max-runtime --json -c --config --trace -v --verbose -h --help --version' ;;
	"queue list"*) words='--parked --waiting --sending --done --all --flow --code --limit --json -c --config --trace -v --verbose -h --help --version' ;;
	"queue show"*) words='--personal --json -c --config --trace -v --verbose -h --help --version' ;;
	"queue retry"*) words='--all --code --flow -c --config --trace -v --verbose -h --help --version' ;;
	"queue drop"*) words='--for-good --reason --flow -c --config --trace -v --verbose -h --help --version' ;;
	"adopt orders"*) words='--dry-run --from --csv --rest-is-new --to --json -c --config --trace -v --verbose -h --help --version' ;;
	"adopt refunds"*) words='--dry-run --from --csv --rest-is-new --to --json -c --config --trace -v --verbose -h --help --version' ;;
	"status "*) words='--json -c --config --trace -v --verbose -h --help --version' ;;
	"check "*) words='--json -c --config --trace -v --verbose -h --help --version' ;;
	"skus check"*) words='--csv --titles --personal --json -c --config --trace -v --verbose -h --help --version' ;;
	"explain "*) words='--personal --json -c --config --trace -v --verbose -h --help --version' ;;
	"map "*) words='order stock product fulfillment refund --system --personal -c --config --trace -v --verbose -h --help --version' ;;
	"forget "*) words='--dry-run --json -c --config --trace -v --verbose -h --help --version' ;;
	"state backup"*) words='-c --config --trace -v --verbose -h --help --version' ;;
	"state check"*) words='-c --config --trace -v --verbose -h --help --version' ;;
	"state moved"*) words='-c --config --trace -v --verbose -h --help --version' ;;
	"state path"*) words='-c --config --trace -v --verbose -h --help --version' ;;
	"help "*) words='orders refunds fulfillments products inventory run queue adopt status check skus explain map forget state help exit-status config -c --config --trace -v --verbose -h --help --version' ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o default -F _erpsync erpsync
