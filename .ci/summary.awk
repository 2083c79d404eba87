# Reads the output of `go test -v`. Prints the line of each package, the output
# of each failed test, whatever belongs to no test, and in the end what each
# client passed and the skipped tests under their reasons.

# go test says here whose output follows.
/^=== (RUN|CONT|NAME) / { test = $3; next }
/^=== PAUSE / { next }

# A crash belongs to the whole package: show everything from here on.
/^(panic:|fatal error:|WARNING: DATA RACE|SIGQUIT)/ { crashed = 1; printf "%s", output[test] }
crashed && !/^FAIL\t/ { print; next }

/^ *--- (PASS|FAIL|SKIP): / {
  if ($2 == "FAIL:") printf "%s\n%s", $0, output[$3]
  if ($2 == "SKIP:") skip($3, output[$3])
  if ($2 == "PASS:") { passed++; client(output[$3]) }
  delete output[$3]
  next
}

/\[no test files\]$/ { next }

# The line of a package ends its output.
/^(ok|FAIL|\?)[ \t]+[^ ]/ {
  if ($1 == "FAIL" && !crashed && test != "") printf "%s", output[test]
  print
  split("", output); test = ""; crashed = 0
  next
}
/^(PASS|FAIL)$/ { next }

test == "" { print; next }
{ output[test] = output[test] $0 "\n" }

function skip(name, why) {
  sub(/^[ \t]*[^ ]+\.go:[0-9]+: /, "", why)
  sub(/\n.*/, "", why)
  if (why == "") why = "no reason given"
  if (!(why in skipped)) reasons[++n] = why
  skipped[why] = skipped[why] "\n    " name
  total++
}

# client keeps the line in which TestClients says what a client passed.
function client(said) {
  if (match(said, /client [^ ]+: [0-9]+ cases passed \(API [0-9.]+\)/)) clients[++m] = substr(said, RSTART, RLENGTH)
}

END {
  printf "\n%d tests passed, %d skipped\n", passed, total
  for (i = 1; i <= m; i++) print "  " clients[i]
  for (i = 1; i <= n; i++) printf "  skipped: %s%s\n", reasons[i], skipped[reasons[i]]
}
