package dev.freshet.endtoend.bench;

import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/** One run of one variant in a JVM of its own, and what it leaves in Kafka. */
final class RequestsTrial {

  private static final long LONGEST_MINUTES = 10;

  private RequestsTrial() {}

  static Map<String, Double> run(
      KafkaConnection kafka, String variant, String namespace, long events)
      throws IOException, InterruptedException, ExecutionException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms1g",
                "-Xmx1500m",
                "-XX:+UseSerialGC",
                "-XX:-UseDynamicNumberOfCompilerThreads", // one that ends takes its figures along
                "-Xlog:disable",
                "-cp",
                System.getProperty("java.class.path"),
                RequestsWorker.class.getName(),
                kafka.bootstrap(),
                variant,
                namespace,
                Long.toString(events))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Map<String, Double> figures = new HashMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(RequestsWorker.FIGURE)) {
          String[] figure = line.substring(RequestsWorker.FIGURE.length()).split("=", 2);
          figures.put(figure[0], Double.parseDouble(figure[1]));
        }
      }
      if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new IllegalStateException(
            "%s ended with code %d".formatted(variant, process.waitFor()));
      }
    } finally {
      process.destroyForcibly();
    }
    try (Admin admin = Admin.create(kafka.clientProperties("bench-requests-admin"))) {
      figures.put("changelog_b_per_event", changelogBytes(admin, namespace) / events);
      cleanUp(admin, namespace);
    }
    return figures;
  }

  private static double changelogBytes(Admin admin, String namespace)
      throws InterruptedException, ExecutionException {
    Set<Integer> brokers =
        admin.describeCluster().nodes().get().stream()
            .map(node -> node.id())
            .collect(Collectors.toSet());
    long bytes = 0;
    for (Map<String, LogDirDescription> folders :
        admin.describeLogDirs(brokers).allDescriptions().get().values()) {
      for (LogDirDescription folder : folders.values()) {
        for (var replica : folder.replicaInfos().entrySet()) {
          String topic = replica.getKey().topic();
          if (topic.startsWith(namespace) && topic.endsWith("-changelog")) {
            bytes += replica.getValue().size();
          }
        }
      }
    }
    return bytes;
  }

  /** Forgets everything but the events, so that the next run begins like this one. */
  private static void cleanUp(Admin admin, String namespace)
      throws InterruptedException, ExecutionException {
    for (String group : RequestsWorker.groups(namespace)) {
      try {
        admin.deleteConsumerGroups(List.of(group)).all().get();
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof GroupIdNotFoundException)) {
          throw e;
        }
      }
    }
    String kept = new Topics(namespace).requests();
    Set<String> gone = written(admin, namespace, kept);
    admin.deleteTopics(gone).all().get();
    while (!written(admin, namespace, kept).isEmpty()) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  private static Set<String> written(Admin admin, String namespace, String kept)
      throws InterruptedException, ExecutionException {
    return admin.listTopics().names().get().stream()
        .filter(topic -> topic.startsWith(namespace) && !topic.equals(kept))
        .collect(Collectors.toSet());
  }
}
