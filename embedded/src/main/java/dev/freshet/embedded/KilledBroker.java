package dev.freshet.embedded;

import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import kafka.server.StandardFaultHandlerFactory;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.ServerSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * What a broker's death leaves to its controller: to note it. A successor that starts before would
 * wait for the dead one's session to end, and lead its partitions meanwhile; when that ends, Kafka
 * 4.3 takes a partition without a leader for a deleted one, and gives up the marker of a
 * transaction that is just ending (KAFKA-20734): whoever reads only what is committed waits for it
 * for ever.
 */
final class KilledBroker {

  private static final Logger LOG = LoggerFactory.getLogger(KilledBroker.class);

  private KilledBroker() {}

  /** Runs the controller alone until it has noted that its broker is gone. */
  static void note(Properties broker) {
    Properties brief = new Properties();
    brief.putAll(broker);
    brief.put("process.roles", "controller");
    brief.put("listeners", controllerListener(broker));
    brief.remove("advertised.listeners");
    brief.put("broker.heartbeat.interval.ms", "50");
    brief.put("broker.session.timeout.ms", "100");
    KafkaConfig config = KafkaConfig.fromProps(brief);
    Tuple2<MetaPropertiesEnsemble, BootstrapMetadata> folders =
        KafkaRaftServer.initializeLogDirs(config, LOG, "");
    QuorumConfig quorum = config.quorumConfig();
    SharedServer shared =
        new SharedServer(
            config,
            folders._1(),
            Time.SYSTEM,
            Server.initializeMetrics(
                config, Time.SYSTEM, folders._1().clusterId().orElse("unknown")),
            CompletableFuture.completedFuture(QuorumConfig.parseVoterConnections(quorum.voters())),
            QuorumConfig.parseBootstrapServers(quorum.bootstrapServers()),
            new StandardFaultHandlerFactory(),
            ServerSocketFactory.INSTANCE);
    ControllerServer controller =
        new ControllerServer(shared, KafkaRaftServer.configSchema(), folders._2());
    try {
      controller.startup();
      Await.until(
          "the controller notes that its broker is gone",
          () -> isNoted(controller, config.nodeId()));
    } finally {
      controller.shutdown();
      controller.awaitShutdown();
    }
  }

  private static String controllerListener(Properties broker) {
    for (String listener : broker.getProperty("listeners").split(",", -1)) {
      if (listener.startsWith("CONTROLLER:")) {
        return listener;
      }
    }
    throw new IllegalArgumentException("no controller among " + broker.getProperty("listeners"));
  }

  /** Whether what this controller itself has written tells of no broker that lives. */
  private static boolean isNoted(ControllerServer controller, int node) {
    MetadataImage image = controller.metadataCache().currentImage();
    BrokerRegistration known = image.cluster().broker(node);
    int epoch = controller.raftManager().client().leaderAndEpoch().epoch();
    return image.highestOffsetAndEpoch().epoch() == epoch && (known == null || known.fenced());
  }
}
