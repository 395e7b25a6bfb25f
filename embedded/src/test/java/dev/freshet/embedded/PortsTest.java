package dev.freshet.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class PortsTest {

  @Test
  void portsAreDifferentAndBelowTheEphemeralRange() {
    assertThat(new Ports(new Random(7)).free(20))
        .hasSize(20)
        .doesNotHaveDuplicates()
        .allMatch(port -> port >= Ports.LOWEST && port <= Ports.HIGHEST);
  }

  @Test
  void aPortInUseIsNeverChosen() throws Exception {
    int taken = new Ports(new Random(7)).free();
    try (ServerSocket listening = new ServerSocket(taken, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Ports.isFree(listening.getLocalPort())).isFalse();
      assertThat(new Ports(new Random(7)).free()).isNotEqualTo(taken);
    }
  }

  @Test
  void aPortIsChosenOnlyWithItsNeighbour() throws Exception {
    int first = new Ports(new Random(7)).freeWithOffset(1, 10_000).get(0);
    InetAddress here = InetAddress.getLoopbackAddress();
    try (ServerSocket listening = new ServerSocket(first + 10_000, 1, here)) {
      List<Integer> others = new Ports(new Random(7)).freeWithOffset(3, 10_000);
      assertThat(listening.isBound()).isTrue();
      assertThat(others)
          .doesNotContain(first)
          .allMatch(port -> port >= Ports.LOWEST && port + 10_000 <= Ports.HIGHEST);
    }
  }

  @Test
  void theSearchEnds() {
    RandomGenerator stuck = () -> 0L;
    assertThatThrownBy(() -> new Ports(stuck).free(2))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("no 2 free ports");
  }

  @Test
  void generatorsWithTheSameSeedChooseTheSamePorts() {
    List<Integer> first = new Ports(new Random(3)).free(3);
    assertThat(new Ports(new Random(3)).free(3)).isEqualTo(first);
  }
}
