package dev.freshet.ingest.requests;

import dev.freshet.runtime.BearerToken;
import dev.freshet.runtime.ListenAddress;
import dev.freshet.runtime.config.ByteSize;
import dev.freshet.runtime.config.Default;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.Example;
import dev.freshet.runtime.config.InvalidValue;
import dev.freshet.runtime.config.Secret;
import java.util.Optional;

/** How request events come in over HTTP. */
@Doc("How request events come in over HTTP. They may also be written to Kafka directly.")
public record RequestsConfig(
    @Doc(
            "Where POST /v1/requests and OTLP's POST /v1/traces are answered, as host:port; off when"
                + " left out.")
        @Example("127.0.0.1:4318")
        Optional<String> listen,
    @Doc(
            "What callers send as Authorization: Bearer …, at least 16 characters. Needed where"
                + " others than this machine can connect.")
        @Example("${file:/run/secrets/requests-token}")
        Optional<Secret> token,
    @Doc("The largest body as it comes over the network; 1kb to 64mb.") @Default("1mb")
        ByteSize maxBody,
    @Doc("The largest body after decompression; 1kb to 64mb.") @Default("4mb") ByteSize maxUnpacked,
    @Doc("How many requests may be under way; what is above is told to come again. 1 to 1000.")
        @Default("32")
        int concurrency,
    @Doc("Partitions of the topic when it is created; 1 to 1000.") @Default("4") int partitions) {

  private static final long LEAST_BODY = 1 << 10;
  private static final long MOST_BODY = 64 << 20;
  private static final int MOST = 1000;

  public RequestsConfig {
    bounded("maxBody", maxBody);
    bounded("maxUnpacked", maxUnpacked);
    bounded("concurrency", concurrency);
    bounded("partitions", partitions);
    if (listen.isPresent()) {
      BearerToken.requireFor(ListenAddress.parse(listen.get()), token);
    }
  }

  /** Every setting left out. */
  public static RequestsConfig defaults() {
    return new RequestsConfig(
        Optional.empty(), Optional.empty(), new ByteSize(1 << 20), new ByteSize(4 << 20), 32, 4);
  }

  private static void bounded(String name, ByteSize size) {
    if (size.bytes() < LEAST_BODY || size.bytes() > MOST_BODY) {
      throw new InvalidValue(name, "a body's limit is 1kb to 64mb, found " + size);
    }
  }

  private static void bounded(String name, int number) {
    if (number < 1 || number > MOST) {
      throw new InvalidValue(name, "%s is 1 to %d, found %d".formatted(name, MOST, number));
    }
  }
}
