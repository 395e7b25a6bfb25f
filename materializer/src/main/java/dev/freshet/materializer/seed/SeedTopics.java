package dev.freshet.materializer.seed;

import dev.freshet.events.Topics;
import dev.freshet.materializer.stream.ViewTopology;
import dev.freshet.materializer.view.View;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.KafkaConnection;
import dev.freshet.runtime.TopicProvisioner;
import dev.freshet.runtime.TopicSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** What Kafka has to know of a view: its topics, and where in the log it goes on. */
public final class SeedTopics implements AutoCloseable {

  private static final int TIMEOUT_SECONDS = 30;

  private final Admin admin;
  private final KafkaConnection kafka;
  private final Topics topics;
  private final TopicPartition commits;

  public SeedTopics(KafkaConnection kafka, Topics topics) {
    this(kafka, topics, Admin.create(kafka.clientProperties(topics.namespace() + "-views")));
  }

  SeedTopics(KafkaConnection kafka, Topics topics, Admin admin) {
    this.kafka = kafka;
    this.topics = topics;
    this.admin = admin;
    this.commits = new TopicPartition(topics.commits(), 0);
  }

  /**
   * The application that keeps a view: another one for each attempt, so that no state is shared.
   */
  public static String application(Topics topics, View view, int attempt) {
    return application(topics, view.name(), view.plan().id(), attempt);
  }

  /** The same by the view's name and the id of its plan. */
  public static String application(Topics topics, String view, String id, int attempt) {
    return "%s-view-%s-%s-%d".formatted(topics.namespace(), view, id, attempt);
  }

  private static String changelog(String application) {
    return application + "-" + ViewTopology.STORE + "-changelog";
  }

  /** Makes the topic behind the state. */
  String prepareState(String application) {
    String changelog = changelog(application);
    TopicProvisioner.ensure(
        kafka,
        List.of(
            new TopicSpec(
                changelog,
                1,
                Map.of("cleanup.policy", "compact", "max.message.bytes", "67108864"))));
    return changelog;
  }

  /** Empties the view's own topic of what it was before. */
  void emptyRows(View view) {
    TopicProvisioner.ensure(kafka, List.of(rows(topics, view.name())));
    TopicPartition rows = new TopicPartition(topics.view(view.name()), 0);
    long end = offset(rows, OffsetSpec.latest());
    await(admin.deleteRecords(Map.of(rows, RecordsToDelete.beforeOffset(end))).all());
  }

  /** A view's topic: the last record of every key, until it is emptied on purpose. */
  public static TopicSpec rows(Topics topics, String view) {
    return new TopicSpec(
        topics.view(view),
        1,
        Map.of("cleanup.policy", "compact,delete", "retention.ms", "-1", "retention.bytes", "-1"));
  }

  /** Lets an application begin with the first batch of commits written at this time or later. */
  void startAt(String application, Instant time) {
    // In this order: a batch that is written between the two questions must not be passed by.
    long end = offset(commits, OffsetSpec.latest());
    long first = offset(commits, OffsetSpec.forTimestamp(time.toEpochMilli()));
    long start = first >= 0 ? first : end;
    await(
        admin
            .alterConsumerGroupOffsets(application, Map.of(commits, new OffsetAndMetadata(start)))
            .all());
  }

  /** Whether the log still has everything an application has not read. */
  public boolean canGoOn(String application) {
    Map<TopicPartition, OffsetAndMetadata> committed =
        await(admin.listConsumerGroupOffsets(application).partitionsToOffsetAndMetadata());
    return Optional.ofNullable(committed.get(commits))
        .filter(next -> next.offset() >= offset(commits, OffsetSpec.earliest()))
        .filter(next -> next.offset() <= offset(commits, OffsetSpec.latest()))
        .isPresent();
  }

  /** Removes what an application left in Kafka, as far as it is there. */
  public void forget(String application) {
    ignore(admin.deleteTopics(List.of(changelog(application))).all());
    ignore(admin.deleteConsumerGroups(List.of(application, application + "-sink")).all());
  }

  /** Removes a view's topic. */
  public void forgetRows(String view) {
    ignore(admin.deleteTopics(List.of(topics.view(view))).all());
  }

  private long offset(TopicPartition partition, OffsetSpec which) {
    return await(admin.listOffsets(Map.of(partition, which)).partitionResult(partition)).offset();
  }

  private static void ignore(KafkaFuture<Void> done) {
    try {
      done.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // It may never have been there; what is left costs room and nothing else.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static <T> T await(KafkaFuture<T> answer) {
    try {
      return answer.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw FreshetException.unreachable(
          "Kafka did not do what a view needs",
          String.valueOf(e.getCause() == null ? e : e.getCause()),
          "",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FreshetException.failed("interrupted while waiting for Kafka", "", "", e);
    }
  }

  @Override
  public void close() {
    admin.close();
  }
}
