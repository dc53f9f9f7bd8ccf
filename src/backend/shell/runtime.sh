# ---- What every such script can do. Works with bash 3.2 and newer.

here=''             # the id of the step that is being done
part=''             # the id of the phase or gate around it
from=''             # the part to begin with
resumed=no          # whether it began with a later part
rolling_back=no
otherwise=''        # the function that does what the runbook says where something fails
answer='' choice='' failure='' status=0
printed=''          # what the last command wrote to standard output
output=''           # the same, and then what it wrote to standard error
broken=''           # why it could not be run
program=()          # what runs a script
gave=(:)            # NAME=VALUE of each parameter on the command line, behind a word that is none
undos=''            # functions that undo what was run, newest first, a line each

# What the next command gets and must give; `perform` takes it and begins afresh. The first word of
# `with` is no variable.
with=(:) wanted=(0) within=0 retries=0 every=0 capture='' probe='' undo=''
told=''             # what it gets of what was captured, a line each, for the person

say() { printf '%s\n' "$*"; }

# journal WHAT NOTE: one line of the journal: time, what happened, where, and a note.
journal() {
  printf '%s\t%s\t%s\t%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$here" "$2" >>"$journal_file"
}

# heading TITLE WORDS: begins a part.
heading() {
  printf '\n== %s\n' "$1"
  if [ -n "$2" ]; then printf '   %s\n' "$2"; fi
}

# ask QUESTION: one line of the person's in `answer`. Where the input ends, nothing further is done.
ask() {
  while true; do
    printf '%s ' "$1"
    if ! IFS= read -r answer <&3; then
      say ''
      journal stopped 'the input ended'
      say "The input ended at $here. Nothing further was done."
      exit 3
    fi
    if [ "$answer" != '?' ]; then return; fi
    rules
  done
}

# leave NOTE: ends where it stands.
leave() {
  journal stopped "$1"
  say ''
  say "Stopped at $here: $1"
  if [ -n "$part" ]; then say "To go on later:  $0 --from $part"; fi
  exit 1
}

# passed NOTE: the step is done.
passed() { journal finished "$1"; }

# trouble WHAT: the step failed, and a person decides. Returns 0 to try again and 1 to go on.
trouble() {
  local handler=$otherwise verdict
  journal failed "$1"
  say "    FAILED: $1"
  while true; do
    if [ -n "$handler" ]; then say '    o  do what the runbook says of this'; fi
    say '    r  try again'
    say '    s  go on without it'
    if [ "$rolling_back" = no ]; then say '    b  roll back'; fi
    say '    q  stop here'
    ask '    What now?'
    case $answer in
      o)
        if [ -n "$handler" ]; then
          otherwise=''
          "$handler"
          verdict=$?
          otherwise=$handler
          handler=''
          if [ "$verdict" -lt 2 ]; then return "$verdict"; fi
        fi
        ;;
      r) return 0 ;;
      s)
        ask '    Why is that safe?'
        journal skipped "$answer"
        return 1
        ;;
      b) if [ "$rolling_back" = no ]; then roll_back; fi ;;
      q) leave "$1" ;;
      *) ;;
    esac
  done
}

# agree QUESTION: yes or no; also leads back and out.
agree() {
  while true; do
    ask "$1 [y/n, b roll back, q stop, ? rules]"
    case $answer in
      y | yes) return 0 ;;
      n | no) return 1 ;;
      b) if [ "$rolling_back" = no ]; then roll_back; fi ;;
      q) leave 'as asked' ;;
      *) ;;
    esac
  done
}

# check ID TITLE DETAILS: a person says whether it holds.
check() {
  here=$1
  while true; do
    printf '\n  [ ] %s\n' "$2"
    details "$3"
    if agree '      Does it hold?'; then
      passed ''
      return
    fi
    if ! trouble "$2: it does not hold"; then return; fi
  done
}

# details TEXT: further lines, indented.
details() {
  if [ -n "$1" ]; then printf '%s\n' "$1" | sed 's/^/      /'; fi
}

# inform ID TITLE DETAILS: words for the reader.
inform() {
  here=$1
  printf '\n  %s\n' "$2"
  details "$3"
}

# instruct ID TITLE DETAILS: a person does something.
instruct() {
  here=$1
  local back=$undo
  undo=''
  while true; do
    printf '\n  [ ] %s\n' "$2"
    details "$3"
    if agree '      Is it done?'; then
      passed ''
      remember "$back"
      return
    fi
    if ! trouble "$2: it could not be done"; then return; fi
  done
}

# perform ID TITLE LANGUAGE EFFECT <<END: shows the command, asks, runs it and compares.
perform() {
  here=$1
  local title=$2 language=$3 effect=$4 text attempt
  local given=("${with[@]}") expected=("${wanted[@]}")
  local limit=$within tries=$retries pause=$every into=$capture back=$undo done_already=$probe
  local values=$told
  with=(:) wanted=(0) within=0 retries=0 every=0 capture='' probe='' undo='' told=''
  text=$(cat)
  if [ "$resumed" = yes ] && [ -n "$done_already" ] && "$done_already"; then
    printf '\n  [x] %s\n' "$title"
    say '      took effect already, as its probe says'
    journal finished 'took effect already'
    return
  fi
  while true; do
    printf '\n  [ ] %s\n' "$title"
    printf '%s\n' "$text" | sed 's/^/      $ /'
    details "$values"
    expectations "${expected[@]}"
    if [ "$effect" = irreversible ]; then say "      It can't be undone."; fi
    if [ "$effect" != reads-only ]; then
      ask '      Enter runs it, h if you ran it by hand, s skips it, b rolls back, q stops:'
      case $answer in
        '' | y | yes) ;;
        h)
          journal finished 'by hand'
          if [ -n "$into" ]; then
            ask '      What did it print?'
            trim
            printf -v "$into" '%s' "$answer"
          fi
          remember "$back"
          return
          ;;
        s)
          ask '      Why is that safe?'
          journal skipped "$answer"
          return
          ;;
        b)
          if [ "$rolling_back" = no ]; then roll_back; fi
          continue
          ;;
        q) leave 'as asked' ;;
        *)
          say "      \"$answer\" is none of these. Nothing was run."
          continue
          ;;
      esac
    fi
    attempt=0
    while true; do
      execute "$language" "$limit" "$text" "${given[@]}"
      if compare "${expected[@]}"; then
        if [ -n "$into" ]; then printf -v "$into" '%s' "$printed"; fi
        say '      ok'
        passed "exit code $status"
        remember "$back"
        return
      fi
      if [ "$attempt" -ge "$tries" ]; then break; fi
      attempt=$((attempt + 1))
      say "      $failure; attempt $((attempt + 1)) of $((tries + 1)) in ${pause}s"
      sleep "$pause"
    done
    if ! trouble "$title: $failure"; then return; fi
  done
}

# remember FUNCTION: it undoes what was just done. What it undoes twice, it undoes once.
remember() {
  if [ -n "$1" ]; then undos="$1
$(printf '%s' "$undos" | grep -Fvx -e "$1")"; fi
}

# execute LANGUAGE SECONDS TEXT : NAME=VALUE…: `status`, `printed` and `output` tell what came of it. It
# reads nothing: what a person types is for the script. Nothing of it touches a disk.
execute() {
  local limit=$2 text=$3 mark="--$$-$RANDOM$RANDOM$RANDOM--" kept errors
  interpreter "$1"
  shift 4
  status=0 printed='' output='' broken=''
  if ! command -v "${program[0]}" >/dev/null; then
    broken="there is no program called ${program[0]} here"
    return
  fi
  {
    kept=$(
      exec 7>&1
      printed=$(
        exec 8>&1
        {
          start "$limit" "$text" "$@" 2>&1 >&4 | tee /dev/fd/7 >&5
          exit "${PIPESTATUS[0]}"
        } 4>&1 | tee /dev/fd/8 >&5
        exit "${PIPESTATUS[0]}"
      )
      printf '%s%s%s%s' "$mark" "$?" "$mark" "$printed" >&7
    )
  } 5>&1
  errors=${kept%%"$mark"*}
  kept=${kept:${#errors}+${#mark}}
  status=${kept%%"$mark"*}
  printed=${kept:${#status}+${#mark}}
  errors=$(printf '%s' "$errors")
  output=$printed${printed:+${errors:+
}}$errors
}

# start SECONDS TEXT [NAME=VALUE]…: becomes the program that runs a command. Its values are in its
# environment and nowhere else: a command line can be read by everybody on the machine.
start() {
  local limit=$1 text=$2 pair
  shift 2
  for pair in "$@"; do export "${pair?}"; done
  exec 3<&- 4>&- 5>&- 7>&- 8>&-
  set -- "${program[@]}" "$text"
  if [ "$limit" -gt 0 ] && command -v timeout >/dev/null; then set -- timeout "$limit" "$@"; fi
  exec "$@" </dev/null
}

# expectations EXIT [KIND A B C]…: says what the result must be.
expectations() {
  if [ "$1" != 0 ]; then say "      expect: exit code $1"; fi
  shift
  while [ "$#" -gt 0 ]; do
    case $1 in
      contains) say "      expect: the output has '$2' in it" ;;
      lacks) say "      expect: the output does not have '$2' in it" ;;
      matches) say "      expect: a line matches /$3/" ;;
      differs) say "      expect: no line matches /$3/" ;;
      something) say '      expect: something is printed' ;;
      nothing) say '      expect: nothing is printed' ;;
      json) say "      expect: $3 $4 in the output" ;;
    esac
    shift 4
  done
}

# compare EXIT [KIND A B C]…: whether the result is as it must be; `failure` says what is not. `limit` is the
# caller's: only what had a limit took too long.
compare() {
  failure=$broken
  if [ -n "$broken" ]; then return 1; fi
  if [ "$status" -ne "$1" ]; then
    failure="it ended with exit code $status instead of $1"
    if [ "$status" -eq 124 ] && [ "$limit" -gt 0 ]; then failure='it took too long'; fi
    return 1
  fi
  shift
  while [ "$#" -gt 0 ]; do
    case $1 in
      contains)
        case $output in
          *"$2"*) ;;
          *) failure="the output does not have '$2' in it" ;;
        esac
        ;;
      lacks)
        case $output in
          *"$2"*) failure="the output has '$2' in it" ;;
          *) ;;
        esac
        ;;
      matches)
        matching "$2"
        case $? in
          0) ;;
          1) failure="no line of the output matches /$3/" ;;
          *) failure="grep could not look for /$3/" ;;
        esac
        ;;
      differs)
        matching "$2"
        case $? in
          0) failure="a line of the output matches /$3/" ;;
          1) ;;
          *) failure="grep could not look for /$3/" ;;
        esac
        ;;
      something) if [ -z "$output" ]; then failure='nothing is printed'; fi ;;
      nothing) if [ -n "$output" ]; then failure='something is printed'; fi ;;
      json)
        if ! compare_json "$2" "$3" "$4"; then failure="$3 $4 does not hold in the output"; fi
        ;;
    esac
    if [ -n "$failure" ]; then return 1; fi
    shift 4
  done
}

# matching EXPRESSION: whether a line of the output matches. Bytes are compared, whatever the locale.
matching() { printf '%s\n' "$output" | LC_ALL=C grep -E -e "$1" >/dev/null; }

# compare_json PROGRAM WORDS VALUE: by jq, or by the person's eyes where there is none.
compare_json() {
  if ! command -v jq >/dev/null; then
    agree "      Does $2 $3 hold in the output above?"
    return
  fi
  printf '%s' "$printed" | jq -e --arg value "$3" "$1" >/dev/null 2>&1
}

# hold ID TITLE SECONDS CONDITION [FUNCTION]: waits while something stays true; the function checks meanwhile.
hold() {
  here=$1
  local title=$2 seconds=$3 condition=$4 meanwhile=${5-} end left failed
  end=$(($(date +%s) + seconds))
  while true; do
    printf '\n  ... %s\n' "$title"
    if [ -n "$condition" ]; then say "      while $condition"; fi
    if [ -n "$meanwhile" ]; then
      "$meanwhile"
      here=$1
    fi
    failed=no
    while true; do
      left=$((end - $(date +%s)))
      if [ "$left" -le 0 ]; then break; fi
      ask "      $((left / 60)) min $((left % 60)) s are left. Enter looks again, f it failed, e ends the wait, b rolls back:"
      case $answer in
        f)
          failed=yes
          break
          ;;
        e)
          ask '      Why is that safe?'
          journal shortened "$answer"
          break
          ;;
        b) if [ "$rolling_back" = no ]; then roll_back; fi ;;
        *) ;;
      esac
    done
    if [ "$failed" = no ] && { [ -z "$condition" ] || agree "      Did this hold all the time: $condition?"; }; then
      passed ''
      return
    fi
    if ! trouble "$title: it did not hold"; then return; fi
    end=$(($(date +%s) + seconds))
  done
}

# wait_for ID TITLE WHAT: until a person says that it came.
wait_for() {
  here=$1
  printf '\n  ... %s\n' "$2"
  ask "      Enter when $3:"
  passed ''
}

# wait_until ID TITLE LANGUAGE SECONDS LIMIT <<END: tries a command every so often until it succeeds.
wait_until() {
  here=$1
  local title=$2 language=$3 pause=$4 limit=$5 text end
  local given=("${with[@]}") values=$told
  with=(:) told=''
  text=$(cat)
  while true; do
    printf '\n  ... %s\n' "$title"
    printf '%s\n' "$text" | sed 's/^/      $ /'
    details "$values"
    end=$(($(date +%s) + limit))
    while true; do
      execute "$language" 0 "$text" "${given[@]}"
      if [ -z "$broken" ] && [ "$status" -eq 0 ]; then
        passed ''
        return
      fi
      if [ -n "$broken" ]; then break; fi
      if [ "$limit" -gt 0 ] && [ "$(date +%s)" -ge "$end" ]; then break; fi
      sleep "$pause"
    done
    if ! trouble "$title: ${broken:-it did not come in time}"; then return; fi
  done
}

# approve ID TITLE NEEDED NOT ROLE…: names of those who say yes.
approve() {
  here=$1
  local title=$2 needed=$3 excluded=$4 role given
  shift 4
  while true; do
    given=0
    printf '\n  [ ] %s\n' "$title"
    if [ -n "$excluded" ]; then say "      Not by: $excluded"; fi
    for role in "$@"; do
      if [ "$given" -ge "$needed" ]; then break; fi
      ask "      $role approves: the name of who says yes, or Enter for no:"
      if [ -n "$answer" ]; then
        given=$((given + 1))
        journal approved "$role: $answer"
      fi
    done
    if [ "$given" -ge "$needed" ]; then return; fi
    if ! trouble "$title: $given of $needed approvals"; then return; fi
  done
}

# record ID TITLE KIND TARGET [SHAPE [WORD]…]: what a person fills in, and `capture` keeps.
record() {
  here=$1
  local kind=$3 into=$capture
  capture=''
  printf '\n  [ ] %s\n' "$2"
  if [ -n "$4" ]; then say "      should be $4"; fi
  shift 4
  while true; do
    ask "      $kind:"
    trim
    if [ -n "$answer" ] && { [ "$#" -eq 0 ] || is_shaped "$@"; }; then break; fi
  done
  journal recorded "$answer"
  if [ -n "$into" ]; then printf -v "$into" '%s' "$answer"; fi
}

# trim: takes the blanks at both ends from the answer, as pasting brings them along.
trim() {
  answer=${answer#"${answer%%[![:space:]]*}"}
  answer=${answer%"${answer##*[![:space:]]}"}
}

# is_shaped SHAPE [WORD]…: whether the answer is what a command can rely on; says if it is not.
is_shaped() {
  local word
  case $1 in
    number)
      if printf '%s\n' "$answer" | grep -Eq '^[+-]?[0-9]+([.][0-9]+)?$'; then return 0; fi
      say "      \"$answer\" is no number such as 42 or 1.5."
      ;;
    date)
      if printf '%s\n' "$answer" | grep -Eq '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'; then return 0; fi
      say "      \"$answer\" is no date such as 2026-12-31."
      ;;
    yes-no)
      case $answer in
        [Yy] | [Yy][Ee][Ss]) answer=yes ;;
        [Nn] | [Nn][Oo]) answer=no ;;
        *)
          say "      \"$answer\" is neither yes nor no."
          return 1
          ;;
      esac
      return 0
      ;;
    choice)
      shift
      for word in "$@"; do
        if [ "$answer" = "$word" ]; then return 0; fi
      done
      say "      \"$answer\" is none of these."
      ;;
  esac
  return 1
}

# captured ID VARIABLE NAME TITLE: what an earlier step kept; where it was passed over, a person says it.
captured() {
  if [ -z "${!2}" ]; then
    here=$1
    printf '\n  %s was not kept on the way here: %s\n' "\$$3" "$4"
    ask '      What is it? Enter leaves it empty:'
    trim
    journal recorded "$3: $answer"
    printf -v "$2" '%s' "$answer"
  fi
  told="$told${told:+
}with $3=${!2}"
}

# choose ID TITLE OPTION…: the number of the one that is taken, in `choice`.
choose() {
  here=$1
  printf '\n  %s\n' "$2"
  shift 2
  local number=0 option
  for option in "$@"; do
    number=$((number + 1))
    printf '      %s  %s\n' "$number" "$option"
  done
  while true; do
    ask "      Which? [1-$number]"
    case $answer in
      '' | *[!0-9]*) ;;
      *)
        if [ "$answer" -ge 1 ] && [ "$answer" -le "$number" ]; then
          choice=$answer
          journal chosen "$choice"
          return
        fi
        ;;
    esac
  done
}

# give NAME=VALUE: the value of a parameter, from the command line.
give() {
  local name=${1%%=*}
  case $name:$1 in
    *[!A-Za-z0-9-]*:* | :* | *:"$name")
      usage >&2
      exit 2
      ;;
  esac
  case " $parameters " in
    *" $name "*) gave+=("$1") ;;
    *)
      say "No parameter is called '$name'.${parameters:+ There are: $parameters}" >&2
      exit 2
      ;;
  esac
}

# parameter VARIABLE NAME OUTSIDE TITLE KIND DEFAULT EMPTY [WORD]…: as the command line gives it, from the
# variable OUTSIDE of the environment, or from a person. Without a default it must be given, unless it
# may be empty.
parameter() {
  local variable=$1 name=$2 outside=$3 title=$4 kind=$5 default=$6 empty=$7 pair
  local shown=${6//$'\n'/ }
  shift 7
  here=$name
  answer=${!outside-}
  unset "$outside"
  for pair in "${gave[@]}"; do
    case $pair in
      "$name="*) answer=${pair#*=} ;;
      *) ;;
    esac
  done
  case $kind:$default in
    yes-no:true) shown=yes ;;
    yes-no:false) shown=no ;;
    *) ;;
  esac
  while true; do
    if [ -z "$answer" ]; then
      ask "$title ($kind)${shown:+ [$shown]}:"
      answer=${answer:-$default}
    fi
    case $kind:$answer in
      yes-no:[Yy] | yes-no:[Yy][Ee][Ss] | yes-no:[Tt][Rr][Uu][Ee]) answer=yes ;;
      yes-no:[Nn] | yes-no:[Nn][Oo] | yes-no:[Ff][Aa][Ll][Ss][Ee]) answer=no ;;
      yes-no:?*)
        say "    \"$answer\" is neither yes nor no."
        answer=''
        ;;
      *) ;;
    esac
    if [ -n "$answer" ] && [ "$#" -gt 0 ] && ! is_shaped choice "$@"; then answer=''; fi
    if [ -n "$answer$empty" ]; then break; fi
  done
  printf -v "$variable" '%s' "$answer"
}

# is_yes VALUE: whether it means yes.
is_yes() {
  case $1 in
    yes | y | true) return 0 ;;
    *) return 1 ;;
  esac
}

# probing LANGUAGE <<END: whether a command succeeds; it says nothing.
probing() {
  local text given=("${with[@]}")
  with=(:) told=''
  text=$(cat)
  execute "$1" 0 "$text" "${given[@]}" >/dev/null
  [ -z "$broken" ] && [ "$status" -eq 0 ]
}

# secret VARIABLE NAME OUTSIDE TITLE: as a parameter, but nothing shows it and nothing keeps it. No other
# command than those that use it finds it in its environment.
secret() {
  local variable=$1 outside=$3 typed
  here=$2
  typed=${!outside-}
  unset "$outside"
  if [ -z "$typed" ]; then
    printf '%s (not shown): ' "$4"
    if ! IFS= read -r -s typed <&3; then
      say ''
      exit 3
    fi
    say ''
  fi
  printf -v "$variable" '%s' "$typed"
}

# step ID TITLE FUNCTION: a phase or gate, unless it lies before `--from`.
step() {
  if [ -n "$from" ] && [ "$1" != "$from" ]; then
    say "-- passed over: $2"
    return
  fi
  from=''
  part=$1
  here=$1
  journal begun "$2"
  "$3"
}

# back FUNCTION TITLE: undoes what was done, then does one rollback; then it is over.
back() {
  rolling_back=yes
  otherwise=''
  journal rollback "$2"
  printf '\n*** Rolling back: %s\n' "$2"
  take_back
  "$1"
  after_rollback
  here=''
  journal rolled-back "$2"
  say ''
  say "Rolled back. The journal is in $journal_file"
  exit 4
}

# take_back: the undo of everything that was done, newest first.
take_back() {
  local name
  if [ -n "$undos" ] && [ "$resumed" = yes ]; then
    say '    What was done before this script was started, it does not know: skip what was not.'
  fi
  while [ -n "$undos" ]; do
    name=${undos%%
*}
    case $undos in
      *"
"*) undos=${undos#*
} ;;
      *) undos='' ;;
    esac
    if [ -n "$name" ]; then "$name"; fi
  done
}

# usage: what the script can do.
usage() {
  say "Usage: $0 [-P NAME=VALUE]... [--from PART | --rollback NAME | --list]"
  say ''
  say "  -P NAME=VALUE    the value of a parameter, which is asked for otherwise"
  say "  --from PART      begin with a later part, for a run that was stopped"
  say "  --rollback NAME  undo what was done, run a rollback, and nothing else"
  say "  --list           the parts and the rollbacks"
  say ''
  say "A parameter region may also stand in the environment, as DEPLOYC_PARAM_REGION; a secret token as"
  say "DEPLOYC_SECRET_TOKEN, never on the command line. What is not given is asked for."
  say "What happens is written to \$JOURNAL, or to a new file in this folder."
  say "Exit codes: 0 done, 1 stopped, 2 misused, 3 the input ended, 4 rolled back."
}
