package dev.freshet.runtime.health;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import dev.freshet.runtime.Service;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * This process: its heap, its processors, its files, its services. Asks the JVM and the services,
 * which always answer.
 */
public final class ProcessProbe implements Probe {

  private final String instance;
  private final Supplier<List<Service>> services;
  private long lastCollectionMillis = collectionMillis();
  private long lastNanos = System.nanoTime();

  /**
   * A probe of the process it runs in.
   *
   * @param services those that run in it now
   */
  public ProcessProbe(Supplier<List<Service>> services) {
    this.services = services;
    this.instance = host() + "/" + ProcessHandle.current().pid();
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException noName) {
      return "localhost";
    }
  }

  @Override
  public String component() {
    return "process";
  }

  @Override
  public String instance() {
    return instance;
  }

  @Override
  public List<Reading> read() {
    List<Reading> found = new ArrayList<>();
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    found.add(Reading.of(Figure.PROCESS_HEAP_USED_BYTES, heap.getUsed()));
    if (heap.getMax() > 0) {
      found.add(
          Reading.of(Figure.PROCESS_HEAP_USED_RATIO, (double) heap.getUsed() / heap.getMax()));
    }
    found.add(Reading.of(Figure.PROCESS_GC_RATIO, collectionRatio()));
    found.add(
        Reading.of(Figure.PROCESS_THREADS, ManagementFactory.getThreadMXBean().getThreadCount()));
    found.add(
        Reading.of(
            Figure.PROCESS_UPTIME_SECONDS,
            ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0));
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      found.add(Reading.of(Figure.PROCESS_CPU_RATIO, Math.max(0, system.getProcessCpuLoad())));
    }
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        && unix.getMaxFileDescriptorCount() > 0) {
      found.add(
          Reading.of(
              Figure.PROCESS_OPEN_FILES_RATIO,
              (double) unix.getOpenFileDescriptorCount() / unix.getMaxFileDescriptorCount()));
    }
    services.get().stream()
        .limit(MOST_OF_A_KIND)
        .forEach(
            service ->
                found.add(
                    Reading.of(
                        Figure.PROCESS_REBALANCES,
                        "service",
                        service.name(),
                        service.rebalances())));
    return found;
  }

  private double collectionRatio() {
    long now = System.nanoTime();
    long collected = collectionMillis();
    double ratio = (collected - lastCollectionMillis) * 1e6 / Math.max(1, now - lastNanos);
    lastNanos = now;
    lastCollectionMillis = collected;
    return Math.min(1, ratio);
  }

  private static long collectionMillis() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionTime)
        .sum();
  }

  @Override
  public void close() {}
}
