package dev.freshet.runtime;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

/** Creates the topics that are missing; leaves those that exist as they are. */
public final class TopicProvisioner {

  private static final int TIMEOUT_SECONDS = 30;

  private TopicProvisioner() {}

  /**
   * Creates what is missing of {@code topics}; safe to call from several processes at once.
   *
   * @return the names it created
   * @throws FreshetException when Kafka does not answer within 30 s or refuses
   */
  public static List<String> ensure(KafkaConnection kafka, Collection<TopicSpec> topics) {
    Properties properties = kafka.clientProperties("freshet-topics");
    properties.putIfAbsent("default.api.timeout.ms", TIMEOUT_SECONDS * 1000);
    try (Admin admin = Admin.create(properties)) {
      Set<String> present = admin.listTopics().names().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      List<NewTopic> missing =
          topics.stream()
              .filter(topic -> !present.contains(topic.name()))
              .map(TopicProvisioner::toKafka)
              .toList();
      for (var creation : admin.createTopics(missing).values().entrySet()) {
        awaitCreation(creation.getKey(), creation.getValue());
      }
      return missing.stream().map(NewTopic::name).toList();
    } catch (ExecutionException | TimeoutException e) {
      throw FreshetException.unreachable(
          "could not create topics",
          "Kafka at %s: %s".formatted(kafka.bootstrap(), reason(e)),
          "check that Kafka runs and that these credentials may create topics",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FreshetException.failed("interrupted while creating topics", "", "", e);
    }
  }

  private static NewTopic toKafka(TopicSpec topic) {
    return new NewTopic(topic.name(), Optional.of(topic.partitions()), Optional.empty())
        .configs(topic.settings());
  }

  private static void awaitCreation(
      String topic, org.apache.kafka.common.KafkaFuture<Void> creation)
      throws InterruptedException, ExecutionException, TimeoutException {
    try {
      creation.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw FreshetException.unfit(
            "could not create topic " + topic,
            reason(e),
            "create it by hand, or allow these credentials to create topics");
      }
    }
  }

  private static String reason(Exception e) {
    Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
    return cause.getClass().getSimpleName() + ": " + cause.getMessage();
  }
}
