package dev.freshet.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * A chooser of free loopback ports, all between 20000 and 32767.
 *
 * <p>Never from the ephemeral range (32768 and up on Linux): a port handed out by {@code bind(0)}
 * may be the local end of somebody's connection by the time a stopped server wants it back, and a
 * client that keeps reconnecting to a closed ephemeral port can end up connected to itself.
 */
final class Ports {
  static final int LOWEST = 20_000;
  static final int HIGHEST = 32_767;
  private static final int ATTEMPTS_MAX = 1_000;

  private final RandomGenerator random;

  Ports() {
    this(new SecureRandom());
  }

  Ports(RandomGenerator random) {
    this.random = random;
  }

  /** One port that nobody listens on now. */
  int free() {
    return free(1).get(0);
  }

  /** Different ports that nobody listens on now. */
  List<Integer> free(int count) {
    return freeWithOffset(count, 0);
  }

  /** The same, where nobody listens {@code offset} ports higher either. */
  List<Integer> freeWithOffset(int count, int offset) {
    Set<Integer> found = new LinkedHashSet<>();
    for (int i = 0; i < ATTEMPTS_MAX && found.size() < count; i++) {
      int port = random.nextInt(LOWEST, HIGHEST + 1 - offset);
      if (!found.contains(port) && isFree(port) && (offset == 0 || isFree(port + offset))) {
        found.add(port);
      }
    }
    if (found.size() < count) {
      throw new StackException(
          "no " + count + " free ports on 127.0.0.1",
          ATTEMPTS_MAX + " ports between " + LOWEST + " and " + HIGHEST + " were tried",
          "stop servers that are not needed");
    }
    return List.copyOf(found);
  }

  /** Whether a server could listen there now. */
  static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
