package dev.freshet.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisURI;
import org.junit.jupiter.api.Test;

class OwnClientsTest {

  @Test
  void theSchemeAloneSaysThatItIsACluster() {
    assertThat(OwnClients.nodes("redis-cluster://redis-cluster:6379,my-cluster-2:6380"))
        .extracting(RedisURI::getHost)
        .containsExactly("redis-cluster", "my-cluster-2");
  }

  @Test
  void aPasswordStaysAsItIs() {
    RedisURI node = OwnClients.nodes("rediss-cluster://:a-cluster-b@one:6379").get(0);
    assertThat(node.isSsl()).isTrue();
    assertThat(node.getCredentialsProvider().resolveCredentials().block().getPassword())
        .containsExactly("a-cluster-b".toCharArray());
  }
}
