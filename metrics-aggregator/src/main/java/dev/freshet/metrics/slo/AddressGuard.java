package dev.freshet.metrics.slo;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;

/**
 * Says to which address a post to a host goes, and that it does not go into the network behind this
 * process: private, loopback, link-local (where clouds answer for credentials), shared and reserved
 * ranges are refused, unless the host is listed.
 *
 * <p>Whoever asks connects to the very address that was checked. A name that changes between check
 * and connection (DNS rebinding) is therefore of no use.
 */
final class AddressGuard {

  /** Resolves names; tests bring their own. */
  interface Names {
    InetAddress[] resolve(String host) throws UnknownHostException;
  }

  private final Set<String> privateHosts;
  private final Names names;

  AddressGuard(Set<String> privateHosts) {
    this(privateHosts, InetAddress::getAllByName);
  }

  AddressGuard(Set<String> privateHosts, Names names) {
    this.privateHosts = Set.copyOf(privateHosts);
    this.names = names;
  }

  /**
   * The address to connect to.
   *
   * @throws UnknownHostException when there is none, or when any of the host's addresses is refused
   */
  InetAddress check(String host) throws UnknownHostException {
    InetAddress[] addresses = names.resolve(host);
    if (addresses.length == 0) {
      throw new UnknownHostException(host);
    }
    for (InetAddress address : addresses) {
      if (!privateHosts.contains(host) && isInside(address)) {
        throw new UnknownHostException(
            "%s has the address %s, which is not public; list it in alerts.private-hosts"
                .formatted(host, address.getHostAddress()));
      }
    }
    return addresses[0];
  }

  /** Whether this is not an address of the public internet. */
  static boolean isInside(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return true;
    }
    byte[] bytes = address.getAddress();
    return address instanceof Inet6Address ? isInside6(bytes) : isInside4(bytes, 0);
  }

  /** What the JDK has no name for: RFC 6890 and 6598. */
  private static boolean isInside4(byte[] b, int at) {
    int one = b[at] & 0xFF;
    int two = b[at + 1] & 0xFF;
    return one == 0
        || one == 10
        || one == 127
        || one >= 224
        || (one == 100 && (two & 0xC0) == 64)
        || (one == 169 && two == 254)
        || (one == 172 && (two & 0xF0) == 16)
        || (one == 192 && two == 168)
        || (one == 192 && two == 0)
        || (one == 198 && (two & 0xFE) == 18);
  }

  private static boolean isInside6(byte[] b) {
    int first = (b[0] & 0xFF) << 8 | (b[1] & 0xFF);
    boolean unique = (first & 0xFE00) == 0xFC00;
    boolean translated = first == 0x0064 && (b[2] & 0xFF) == 0xFF && (b[3] & 0xFF) == 0x9B;
    boolean sixToFour = first == 0x2002;
    boolean compatible = true;
    for (int i = 0; i < 10; i++) {
      compatible &= b[i] == 0;
    }
    return unique
        || (translated && isInside4(b, 12))
        || (sixToFour && isInside4(b, 2))
        || compatible;
  }
}
