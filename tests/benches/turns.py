"""Commands that take turns, each as a process of its own, from its start to its end, imports included."""

import os
import subprocess
import sys
import time


def turn(command):
    """Seconds, processor seconds and peak memory in MiB of one process."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if status:
        sys.exit(f"{command} failed")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def compare(commands, turns, megabytes):
    """Prints the best of so many turns of each: what makes a turn's command of its number, by name. The first is ours."""
    taken = {name: [] for name in commands}
    for number in range(max(turns[name] for name in commands)):
        for name, command in commands.items():
            if number < turns[name]:
                taken[name].append(turn(command(number)))
    best = {name: [min(column) for column in zip(*rows)] for name, rows in taken.items()}
    print(f"{megabytes:.1f} MB, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end")
    ours = best[next(iter(commands))]
    for name, (seconds, processor, peak) in best.items():
        print(
            f"  {name:<10} {seconds:8.3f} s {megabytes / seconds:7.1f} MB/s, processor {processor:8.3f} s "
            f"{megabytes / processor:7.1f} MB/s, peak RSS {peak:7.1f} MiB, "
            f"{seconds / ours[0]:6.1f} and {processor / ours[1]:6.1f} times Bellwether's, memory {peak / ours[2]:6.1f} times"
        )
