package dev.freshet.endtoend.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The proxy before a server that sends back what it gets. */
@Timeout(30)
class TcpProxyTest {

  private static final int SHORT_MILLIS = 200;
  private static final int MORE_THAN_ALL_BUFFERS = 32 << 20;

  private ServerSocket echo;
  private TcpProxy proxy;

  @BeforeEach
  void open() throws IOException {
    echo = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    proxy = TcpProxy.open("test");
    proxy.leadTo(echo.getLocalPort());
    daemon(this::serve);
  }

  @AfterEach
  void close() throws IOException {
    proxy.close();
    echo.close();
  }

  private void serve() throws IOException {
    while (!echo.isClosed()) {
      Socket client = echo.accept();
      daemon(
          () -> {
            try (client) {
              client.getInputStream().transferTo(client.getOutputStream());
            }
          });
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void daemon(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException closed) {
                Thread.currentThread().interrupt();
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static String ask(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
    return new String(socket.getInputStream().readNBytes(text.length()), UTF_8);
  }

  @Test
  void everythingComesThroughBothWaysUntilTheEnd() throws IOException {
    try (Socket socket = connect()) {
      assertThat(ask(socket, "one")).isEqualTo("one");
      byte[] large = new byte[300_000];
      large[299_999] = 7;
      daemon(
          () -> {
            socket.getOutputStream().write(large);
            socket.shutdownOutput();
          });
      assertThat(socket.getInputStream().readAllBytes()).isEqualTo(large);
    }
    assertThat(proxy.accepted()).isEqualTo(1);
  }

  @Test
  void aCutResetsWhatIsThereAndLetsNewOnesThrough() throws IOException {
    try (Socket socket = connect()) {
      ask(socket, "one");
      proxy.cut();
      assertThatThrownBy(() -> ask(socket, "two")).isInstanceOf(SocketException.class);
    }
    try (Socket socket = connect()) {
      assertThat(ask(socket, "three")).isEqualTo("three");
    }
  }

  @Test
  void refusedConnectionsEndUntilItIsHealed() throws IOException {
    proxy.refuse();
    try (Socket socket = connect()) {
      assertThatThrownBy(
              () -> {
                ask(socket, "one");
                throw new SocketException("ended without an answer");
              })
          .isInstanceOf(SocketException.class);
    }
    proxy.heal();
    try (Socket socket = connect()) {
      assertThat(ask(socket, "two")).isEqualTo("two");
    }
  }

  @Test
  void whatIsStalledArrivesWhenItIsHealed() throws IOException {
    try (Socket socket = connect()) {
      ask(socket, "one");
      proxy.stall();
      socket.getOutputStream().write("two".getBytes(UTF_8));
      socket.setSoTimeout(SHORT_MILLIS);
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      proxy.heal();
      socket.setSoTimeout(10_000);
      assertThat(new String(socket.getInputStream().readNBytes(3), UTF_8)).isEqualTo("two");
    }
  }

  @Test
  void whatIsSlowTakesAtLeastSoLong() throws IOException {
    try (Socket socket = connect()) {
      ask(socket, "one");
      proxy.slow(Duration.ofMillis(SHORT_MILLIS));
      long began = System.nanoTime();
      assertThat(ask(socket, "two")).isEqualTo("two");
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isGreaterThanOrEqualTo(Duration.ofMillis(2 * SHORT_MILLIS));
    }
  }

  /** What is held is bounded: a sender that goes on has to wait. */
  @Test
  void aStalledConnectionHoldsItsSenderBack() throws Exception {
    try (Socket socket = connect()) {
      ask(socket, "one");
      proxy.stall();
      Thread sender =
          new Thread(
              () -> {
                try {
                  OutputStream out = socket.getOutputStream();
                  out.write(new byte[MORE_THAN_ALL_BUFFERS]);
                } catch (IOException closed) {
                  Thread.currentThread().interrupt();
                }
              });
      sender.start();
      sender.join(SHORT_MILLIS);
      assertThat(sender.isAlive()).isTrue();
      proxy.heal();
      InputStream in = socket.getInputStream();
      assertThat(in.readNBytes(MORE_THAN_ALL_BUFFERS)).hasSize(MORE_THAN_ALL_BUFFERS);
      sender.join();
    }
  }
}
