# SPDX-License-Identifier: MIT
#
# gnuplot -e "in='FOLDER'; out='FOLDER'" plots.gp
#
# The plots of docs/performance.md, from what bench/judge has written.

set datafile separator "\t"
set terminal svg noenhanced size 760,460 font "sans-serif,12" \
    background "white"
set border 3
set tics nomirror
set grid ytics lc rgb "#dddddd"
colours = "#000000 #888888 #bbbbbb #c00000 #e06030 #f0a050 #900090 \
#2060c0 #70a0e0 #208040 #70b060 #a08020 #00a0a0"

# ---- CPU per message by the number of clients --------------------------------

set output out . "/cpu.svg"
set title "Server CPU per 64-byte echo, as a ratio to raw epoll"
set xlabel "connections, all active; the last one is 19,900"
set logscale xy
set xtics (10, 50, 100, "1,000" 1000, "10,000" 10000, "" 19900)
set xrange [8:24000]
set ytics (0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 3, 5, 10, 20, 50, 100)
set yrange [0.7:*]
set key outside right top
stats in . "/cpu.dat" skip 1 nooutput
plot for [i=2:STATS_columns] in . "/cpu.dat" using 1:i with linespoints \
    lw 2 pt (i + 3) ps 0.6 lc rgb word(colours, i - 1) title columnheader(i)
unset logscale
unset xrange
unset yrange
set xtics autofreq
set ytics autofreq

# ---- memory of an idle connection ---------------------------------------------

set output out . "/memory.svg"
set title "User memory that 9,900 idle connections added, each"
unset xlabel
set ylabel "bytes"
unset key
set style fill solid 0.8 noborder
set boxwidth 0.7
set xtics rotate by -35
set yrange [0:*]
plot in . "/memory.dat" using 0:2:xtic(1) with boxes lc rgb "#4878a8", \
    "" using 0:2:2 with labels offset 0,0.6 notitle

# ---- latency -------------------------------------------------------------------

set output out . "/latency.svg"
set title "Time until an echo is back, 50 connections"
set ylabel "microseconds"
set logscale y
set yrange [10:*]
set key outside right top
set style data histogram
set style histogram clustered gap 1
set boxwidth 0.9
plot in . "/latency.dat" using 2:xtic(1) title "p50" lc rgb "#4878a8", \
    "" using 3 title "p99" lc rgb "#e0a030", \
    "" using 4 title "p99.9" lc rgb "#b04040"
