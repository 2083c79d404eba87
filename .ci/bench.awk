# Reads the output of `go test -bench`. A benchmark has a goal if it reports,
# beside a metric of some unit, "unit-at-least", "unit-at-most" or
# "unit-no-goal" (shown all the same). Its name says what is measured, with the
# measure it is compared with behind a colon; the unit x is a ratio of the two.
# The table comes last; what belongs to no goal is shown as it comes.

/^Benchmark/ {
  split("", value)
  for (i = 3; i + 1 <= NF; i += 2) value[$(i + 1)] = $i
  goals = 0
  for (i = 4; i <= NF; i += 2) {
    unit = $i
    if (!match(unit, /-(at-least|at-most|no-goal)$/)) continue
    row(name($1), substr(unit, 1, RSTART - 1), substr(unit, RSTART + 1), value[unit])
    goals++
  }
  if (goals == 0) print
  next
}
/^cpu: / { cpu = substr($0, 6); next }
/^(goos|goarch|pkg|PASS|\?)/ || /no test files/ { next }
/^ok / { next }
{ print; fflush() }

# name is what a benchmark is called, without the functions around it and the
# number of processors.
function name(full) {
  sub(/-[0-9]+$/, "", full)
  sub(/^[^\/]*\//, "", full)
  gsub(/_/, " ", full)
  return full
}

function row(what, unit, kind, goal,   measured, text, met) {
  measured = value[unit]
  if (kind == "at-least") { text = "at least " goal + 0; met = measured + 0 >= goal + 0 }
  if (kind == "at-most") { text = "at most " goal + 0; met = measured + 0 <= goal + 0 }
  n++
  whats[n] = what; units[n] = unit; goalsOf[n] = text
  values[n] = sprintf(measured + 0 < 10 ? "%.2f" : "%.0f", measured)
  verdicts[n] = kind == "no-goal" ? "" : met ? "yes" : "no"
  if (length(what) > wide) wide = length(what)
  printf "measured: %s: %s %s\n", what, values[n], unit; fflush()
}

END {
  if (n == 0) exit
  printf "\n%-*s  %9s  %-15s  %-14s  %s\n", wide, "what", "measured", "unit", "goal", "met"
  for (i = 1; i <= n; i++)
    printf "%-*s  %9s  %-15s  %-14s  %s\n", wide, whats[i], values[i], units[i], goalsOf[i], verdicts[i]
  if (cpu != "") printf "\non %s\n", cpu
}
