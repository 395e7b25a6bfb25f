package dev.freshet.endtoend.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Processor seconds used so far, by groups of threads and by child processes. Threads that end
 * between two of these are not counted by name; they are in {@code jvm_other}, with the compiler
 * and the garbage collector.
 */
final class CpuTimes {

  private static final Map<String, Pattern> GROUPS = groups();

  private final long nanos = System.nanoTime();
  private final Map<String, Double> seconds;
  private final double oursSeconds;
  private final double machineSeconds = ProcStat.machineBusySeconds();

  private CpuTimes(Map<String, Double> seconds, double oursSeconds) {
    this.seconds = seconds;
    this.oursSeconds = oursSeconds;
  }

  private static Map<String, Pattern> groups() {
    Map<String, Pattern> groups = new LinkedHashMap<>();
    groups.put("capture", Pattern.compile("freshet-ingest.*"));
    groups.put("debezium", Pattern.compile("(?i).*debezium.*"));
    groups.put("streams", Pattern.compile(".*-StreamThread-\\d+"));
    groups.put("producer", Pattern.compile("kafka-producer-network-thread.*"));
    groups.put("sink", Pattern.compile(".*-redis"));
    groups.put("lettuce", Pattern.compile("lettuce-.*"));
    groups.put("bench", Pattern.compile("main|bench-.*"));
    groups.put(
        "kafka_broker",
        Pattern.compile(
            ".*(data-plane|raft|quorum|controller|broker|group-coordinator|log-cleaner|kafka-scheduler|"
                + "metadata|kafka-log|purgatory|reaper|Expiration|1-).*"));
    return groups;
  }

  static CpuTimes now() {
    Map<String, Double> seconds = new TreeMap<>();
    double threads = 0;
    ThreadMXBean beans = ManagementFactory.getThreadMXBean();
    for (ThreadInfo thread : beans.getThreadInfo(beans.getAllThreadIds())) {
      double used = thread == null ? 0 : beans.getThreadCpuTime(thread.getThreadId()) / 1e9;
      if (used > 0 && thread != null) {
        threads += used;
        seconds.merge(group(thread.getThreadName()), used, Double::sum);
      }
    }
    double ours = 0;
    for (ProcStat.Used process : ProcStat.ofUs()) {
      ours += process.seconds();
      String name = process.name().replaceAll("[^a-z]+", "_");
      if (!name.equals("jvm")) {
        seconds.merge(name, process.seconds(), Double::sum);
      }
    }
    double jvm =
        ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                .getProcessCpuTime()
            / 1e9;
    seconds.merge("jvm_other", jvm - threads, Double::sum);
    return new CpuTimes(seconds, ours);
  }

  private static String group(String thread) {
    for (Map.Entry<String, Pattern> group : GROUPS.entrySet()) {
      if (group.getValue().matcher(thread).matches()) {
        return group.getKey();
      }
    }
    return "jvm_threads";
  }

  /** What each group used since then; groups that used nothing are left out. */
  Map<String, Double> since(CpuTimes before) {
    Map<String, Double> used = new TreeMap<>();
    seconds.forEach(
        (group, now) -> {
          double delta = now - before.seconds.getOrDefault(group, 0.0);
          if (delta > 0.005) {
            used.put(group, delta);
          }
        });
    return used;
  }

  /** How many processors were busy with other people's work since then, on average. */
  double foreignCoresSince(CpuTimes before) {
    double foreign = machineSeconds - before.machineSeconds - (oursSeconds - before.oursSeconds);
    return Math.max(0, foreign) / ((nanos - before.nanos) / 1e9);
  }
}
