package dev.freshet.app;

import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.TableName;
import dev.freshet.ingest.Ingest;
import dev.freshet.invalidation.InvalidationStream;
import dev.freshet.materializer.ViewRemoval;
import dev.freshet.materializer.view.Database;
import dev.freshet.runtime.FreshetException;
import dev.freshet.runtime.TopicProvisioner;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows when capture has begun anew after a gap: one record on the invalidations topic that
 * makes every entry stale, wherever the sink runs, and a request in the source database that every
 * view be seeded again, wherever the materializer runs. Doing it twice does no harm.
 */
record Renewal(FreshetConfig config) implements Ingest.AfterGap {

  private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final TableName SOURCE = new TableName("freshet", "capture");

  @Override
  public void everythingIsStale(String reason) {
    emptyCache();
    int views =
        config.views().isEmpty()
            ? 0
            : new ViewRemoval(
                    new Database(config.postgres()), config.kafka().connection(), config.topics())
                .rebuildAll();
    LOG.warn("every entry of the cache is void, {} views are seeded again: {}", views, reason);
  }

  private void emptyCache() {
    TopicProvisioner.ensure(
        config.kafka().connection(),
        InvalidationStream.topics(config.topics(), config.invalidation()));
    Invalidation everything = new Invalidation.Everything(Invalidation.Cause.asked(SOURCE, 0));
    Properties settings = config.kafka().connection().clientProperties("freshet-renewal");
    settings.remove("group.instance.id");
    settings.put("acks", "all");
    settings.put("enable.idempotence", "true");
    settings.put("delivery.timeout.ms", Integer.toString((int) TIMEOUT.toMillis()));
    settings.put("request.timeout.ms", Integer.toString((int) TIMEOUT.toMillis() / 3));
    String topic = config.topics().invalidations();
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(new ProducerRecord<>(topic, InvalidationJson.write(everything)))
          .get(2 * TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw FreshetException.unreachable(
          "the cache could not be made void", "topic %s: %s".formatted(topic, e), "", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw FreshetException.failed("interrupted while the cache was made void", "", "", e);
    }
  }
}
