package dev.freshet.endtoend.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.stream.Collectors;

/**
 * Where a bench ran.
 *
 * @param cores processors this JVM may use
 * @param memoryMib memory of the machine, or of its control group
 * @param heapMib the JVM's largest heap
 * @param load processes that ran or waited, averaged over the minute before the run
 */
record Machine(
    int cores, long memoryMib, long heapMib, String jdk, String gc, String os, double load) {

  private static final int MIB = 1 << 20;

  /** This machine, now. */
  static Machine here() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        system.getTotalMemorySize() / MIB,
        Runtime.getRuntime().maxMemory() / MIB,
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .map(GarbageCollectorMXBean::getName)
            .collect(Collectors.joining(", ")),
        String.join(
            " ",
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("os.arch")),
        system.getSystemLoadAverage());
  }
}
