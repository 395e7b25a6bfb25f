package dev.freshet.endtoend.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Processor time as Linux's {@code /proc} tells it; nothing elsewhere. */
final class ProcStat {

  /** Ticks in a second, the same on every Linux that Java runs on. */
  private static final double TICKS = 100;

  private ProcStat() {}

  /**
   * A process and the seconds it used, with those of its children that have ended.
   *
   * @param name the program; for Postgres also what the process does, if it is a WAL sender
   */
  record Used(String name, double seconds) {}

  /** This JVM, with children that have ended, and each living descendant. */
  static List<Used> ofUs() {
    List<Used> all = new ArrayList<>();
    ProcessHandle us = ProcessHandle.current();
    Stream.concat(Stream.of(us), us.descendants())
        .forEach(process -> read(process.pid(), process.equals(us)).ifPresent(all::add));
    return all;
  }

  private static Optional<Used> read(long pid, boolean us) {
    Path folder = Path.of("/proc", Long.toString(pid));
    try {
      String stat = Files.readString(folder.resolve("stat"));
      int open = stat.indexOf('(');
      int close = stat.lastIndexOf(')');
      String[] fields = stat.substring(close + 2).split(" ", -1);
      double ticks = 0;
      for (int field = 11; field <= 14; field++) { // utime, stime, cutime, cstime
        ticks += Double.parseDouble(fields[field]);
      }
      String name = us ? "jvm" : stat.substring(open + 1, close);
      if (name.equals("postgres")
          && Files.readString(folder.resolve("cmdline")).contains("walsender")) {
        name = "postgres walsender";
      }
      return Optional.of(new Used(name, ticks / TICKS));
    } catch (IOException endedOrNotLinux) {
      return Optional.empty();
    }
  }

  /** Seconds that this JVM's compiler has used; 0 where it is not told. */
  static double compilerSeconds() {
    double ticks = 0;
    try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
      for (Path thread : threads.toList()) {
        String stat = Files.readString(thread.resolve("stat"));
        if (stat.contains("(C1 Compiler") || stat.contains("(C2 Compiler")) {
          String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
          ticks += Double.parseDouble(fields[11]) + Double.parseDouble(fields[12]);
        }
      }
    } catch (IOException endedOrNotLinux) {
      return ticks / TICKS;
    }
    return ticks / TICKS;
  }

  /** Seconds all processors were busy since the machine started; NaN where it is not told. */
  static double machineBusySeconds() {
    try {
      String[] fields = Files.readAllLines(Path.of("/proc/stat")).get(0).split(" +", -1);
      double ticks = 0;
      for (int field : new int[] {1, 2, 3, 6, 7}) { // user, nice, system, irq, softirq
        ticks += Double.parseDouble(fields[field]);
      }
      return ticks / TICKS;
    } catch (IOException notLinux) {
      return Double.NaN;
    }
  }
}
