package dev.freshet.metrics.slo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGuardTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "127.0.0.1",
        "127.9.9.9",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "198.18.0.1",
        "192.0.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "::7f00:1"
      })
  void theNetworkBehindUsIsRefused(String address) throws UnknownHostException {
    assertThat(AddressGuard.isInside(InetAddress.getByName(address))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "172.32.0.1",
        "100.128.0.1",
        "193.168.1.1",
        "2606:4700::1",
        "64:ff9b::101:101"
      })
  void thePublicInternetIsNot(String address) throws UnknownHostException {
    assertThat(AddressGuard.isInside(InetAddress.getByName(address))).isFalse();
  }

  @Test
  void oneAddressInsideIsEnoughToRefuseAName() {
    AddressGuard guard =
        new AddressGuard(
            Set.of(),
            host ->
                new InetAddress[] {
                  InetAddress.getByName("1.1.1.1"), InetAddress.getByName("10.0.0.1")
                });
    assertThatThrownBy(() -> guard.check("hooks.example.com"))
        .isInstanceOf(UnknownHostException.class)
        .hasMessageContaining("10.0.0.1, which is not public; list it in alerts.private-hosts");
  }

  @Test
  void aListedHostMayBeInside() throws UnknownHostException {
    AddressGuard guard = new AddressGuard(Set.of("localhost"));
    assertThat(guard.check("localhost").isLoopbackAddress()).isTrue();
    assertThatThrownBy(() -> guard.check("127.0.0.1")).isInstanceOf(UnknownHostException.class);
  }
}
