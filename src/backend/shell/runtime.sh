# ---- What every such script can do. Works with bash 3.2 and newer.

here=''             # the id of the step that is being done
part=''             # the id of the phase or gate around it
from=''             # the part to begin with
resumed=no          # whether it began with a later part
rolling_back=no
otherwise=''        # the function that does what the runbook says where something fails
answer='' choice='' failure='' status=0 output=''
undos=''            # functions that take back what was run, newest first, a line each

# What the next command gets and must give; `perform` takes it and begins afresh.
with=(env) wanted=(0) within=0 retries=0 every=0 capture='' probe='' undo=''
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
  with=(env) wanted=(0) within=0 retries=0 every=0 capture='' probe='' undo='' told=''
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
    if [ "$effect" = irreversible ]; then say '      It can not be taken back.'; fi
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
        if [ -n "$into" ]; then printf -v "$into" '%s' "$output"; fi
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

# remember FUNCTION: it takes back what was just done. What it takes back twice, it takes back once.
remember() {
  if [ -n "$1" ]; then undos="$1
$(printf '%s' "$undos" | grep -Fvx -e "$1")"; fi
}

# execute LANGUAGE SECONDS TEXT env NAME=VALUE…: `status` and `output` tell what came of it.
execute() {
  local language=$1 limit=$2 text=$3 file
  shift 3
  file=$(mktemp)
  case $language in
    sh | bash | shell) set -- "$@" bash -e -c "$text" ;;
    python | python3) set -- "$@" python3 -c "$text" ;;
    *) set -- "$@" "$language" -c "$text" ;;
  esac
  if [ "$limit" -gt 0 ] && command -v timeout >/dev/null; then set -- timeout "$limit" "$@"; fi
  if [ -t 3 ]; then
    "$@" <&3 2>&1 | tee "$file"
  else
    "$@" </dev/null 2>&1 | tee "$file"
  fi
  status=${PIPESTATUS[0]}
  output=$(cat "$file")
  rm -f "$file"
}

# expectations EXIT [KIND A B C]…: says what the result must be.
expectations() {
  if [ "$1" != 0 ]; then say "      expect: exit code $1"; fi
  shift
  while [ "$#" -gt 0 ]; do
    case $1 in
      contains) say "      expect: the output has '$2' in it" ;;
      lacks) say "      expect: the output does not have '$2' in it" ;;
      matches) say "      expect: the output matches /$2/" ;;
      differs) case $2 in
          .) say '      expect: nothing is printed' ;;
          *) say "      expect: the output does not match /$2/" ;;
        esac ;;
      json) say "      expect: $2 $3 $4 in the output" ;;
    esac
    shift 4
  done
}

# compare EXIT [KIND A B C]…: whether the result is as it must be; `failure` says what is not.
compare() {
  failure=''
  if [ "$status" -ne "$1" ]; then
    failure="it ended with exit code $status instead of $1"
    if [ "$status" -eq 124 ]; then failure='it took too long'; fi
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
        if ! printf '%s\n' "$output" | grep -Eq -e "$2"; then failure="the output does not match /$2/"; fi
        ;;
      differs)
        if printf '%s\n' "$output" | grep -Eq -e "$2"; then
          if [ "$2" = . ]; then failure='something is printed'; else failure="the output matches /$2/"; fi
        fi
        ;;
      json)
        if ! compare_json "$2" "$3" "$4"; then failure="$2 $3 $4 does not hold in the output"; fi
        ;;
    esac
    if [ -n "$failure" ]; then return 1; fi
    shift 4
  done
}

# compare_json PATH SIGN VALUE: by jq, or by the person's eyes where there is none.
compare_json() {
  if ! command -v jq >/dev/null; then
    agree "      Does $1 $2 $3 hold in the output above?"
    return
  fi
  case $2 in
    '==') printf '%s' "$output" | jq -e --arg value "$3" "($1 | tostring) == \$value" >/dev/null 2>&1 ;;
    '!=') printf '%s' "$output" | jq -e --arg value "$3" "($1 | tostring) != \$value" >/dev/null 2>&1 ;;
    *) printf '%s' "$output" | jq -e --arg value "$3" "($1 | tonumber) $2 (\$value | tonumber)" >/dev/null 2>&1 ;;
  esac
}

# hold ID TITLE SECONDS CONDITION [FUNCTION]: waits while something stays true; the function checks meanwhile.
hold() {
  here=$1
  local title=$2 seconds=$3 condition=$4 meanwhile=${5-} end left
  end=$(($(date +%s) + seconds))
  while true; do
    printf '\n  ... %s\n' "$title"
    if [ -n "$condition" ]; then say "      while $condition"; fi
    if [ -n "$meanwhile" ]; then
      "$meanwhile"
      here=$1
    fi
    while true; do
      left=$((end - $(date +%s)))
      if [ "$left" -le 0 ]; then break; fi
      ask "      $((left / 60)) min $((left % 60)) s are left. Enter looks again, f it failed, e ends the wait, b rolls back:"
      case $answer in
        f) break ;;
        e)
          ask '      Why is that safe?'
          journal shortened "$answer"
          break
          ;;
        b) if [ "$rolling_back" = no ]; then roll_back; fi ;;
        *) ;;
      esac
    done
    if [ "$answer" != f ] && { [ -z "$condition" ] || agree "      Did this hold all the time: $condition?"; }; then
      passed ''
      return
    fi
    answer=''
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

# wait_until ID TITLE SECONDS LIMIT <<END: tries a command every so often until it succeeds.
wait_until() {
  here=$1
  local title=$2 pause=$3 limit=$4 text end
  local given=("${with[@]}") values=$told
  with=(env) told=''
  text=$(cat)
  while true; do
    printf '\n  ... %s\n' "$title"
    printf '%s\n' "$text" | sed 's/^/      $ /'
    details "$values"
    end=$(($(date +%s) + limit))
    while true; do
      execute bash 0 "$text" "${given[@]}"
      if [ "$status" -eq 0 ]; then
        passed ''
        return
      fi
      if [ "$limit" -gt 0 ] && [ "$(date +%s)" -ge "$end" ]; then break; fi
      sleep "$pause"
    done
    if ! trouble "$title: it did not come in time"; then return; fi
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

# parameter VARIABLE NAME TITLE KIND DEFAULT [empty]: from the environment, or from a person. Without a
# default it must be given, unless it may be empty.
parameter() {
  local variable=$1 name=$2 shown=$5 empty=${6-}
  here=$name
  answer=${!name-}
  case $4:$5 in
    yes-no:true) shown=yes ;;
    yes-no:false) shown=no ;;
    *) ;;
  esac
  while true; do
    if [ -z "$answer" ]; then
      ask "$3 ($4)${shown:+ [$shown]}:"
      answer=${answer:-$5}
    fi
    case $4:$answer in
      yes-no:[Yy] | yes-no:[Yy][Ee][Ss] | yes-no:[Tt][Rr][Uu][Ee]) answer=yes ;;
      yes-no:[Nn] | yes-no:[Nn][Oo] | yes-no:[Ff][Aa][Ll][Ss][Ee]) answer=no ;;
      yes-no:?*)
        say "    \"$answer\" is neither yes nor no."
        answer=''
        ;;
      *) ;;
    esac
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
  with=(env) told=''
  text=$(cat)
  execute "$1" 0 "$text" "${given[@]}" >/dev/null
  [ "$status" -eq 0 ]
}

# secret VARIABLE NAME TITLE: as a parameter, but nothing shows it and nothing keeps it.
secret() {
  local variable=$1 name=$2
  if [ -n "${!name-}" ]; then
    printf -v "$variable" '%s' "${!name}"
    return
  fi
  here=$name
  printf '%s (not shown): ' "$3"
  if ! IFS= read -r -s answer <&3; then
    say ''
    exit 3
  fi
  say ''
  printf -v "$variable" '%s' "$answer"
  answer=''
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

# back FUNCTION TITLE: takes back what was done, then does one way back; then it is over.
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
  say "Usage: $0 [--from PART | --rollback NAME | --list]"
  say ''
  say "  --from PART      begin with a later part, for a run that was stopped"
  say "  --rollback NAME  take back what was done, do a way back, and nothing else"
  say "  --list           the parts and the ways back"
  say ''
  say "Parameters and secrets are asked for, or taken from the environment."
  say "What happens is written to \$JOURNAL, or to a new file in this folder."
  say "Exit codes: 0 done, 1 stopped, 2 misused, 3 the input ended, 4 rolled back."
}
