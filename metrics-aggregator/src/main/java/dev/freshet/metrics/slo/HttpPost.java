package dev.freshet.metrics.slo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * One POST over HTTP/1.1 on a connection of its own, to an address that an {@link AddressGuard} has
 * checked. The JDK's client would resolve the name once more, and so could be led elsewhere.
 * Follows no redirects. Thread-safe.
 */
class HttpPost {

  private static final int LONGEST_STATUS_LINE = 4096;

  private final AddressGuard guard;
  private final Duration timeout;

  HttpPost(AddressGuard guard, Duration timeout) {
    this.guard = guard;
    this.timeout = timeout;
  }

  /**
   * Posts and reads the status.
   *
   * @throws IOException when there is no answer in time, or the address is refused
   */
  int send(URI to, Map<String, String> headers, byte[] body) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    boolean tls = "https".equals(to.getScheme());
    String host = to.getHost();
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    int port = to.getPort() >= 0 ? to.getPort() : tls ? 443 : 80;
    InetAddress address = guard.check(bare);
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(address, port), left(deadline));
      plain.setSoTimeout(left(deadline));
      try (Socket socket = tls ? encrypted(plain, bare, port) : plain) {
        OutputStream out = socket.getOutputStream();
        out.write(head(to, headers, body.length));
        out.write(body);
        out.flush();
        return status(socket, deadline);
      }
    }
  }

  private static SSLSocket encrypted(Socket plain, String host, int port) throws IOException {
    SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    SSLSocket socket = (SSLSocket) factory.createSocket(plain, host, port, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    if (host.indexOf(':') < 0 && !host.matches("[0-9.]+")) {
      parameters.setServerNames(List.of(new SNIHostName(host)));
    }
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private static byte[] head(URI to, Map<String, String> headers, int length) {
    String path = to.getRawPath() == null || to.getRawPath().isEmpty() ? "/" : to.getRawPath();
    String query = to.getRawQuery() == null ? "" : "?" + to.getRawQuery();
    StringBuilder head = new StringBuilder();
    head.append("POST ").append(path).append(query).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(to.getRawAuthority()).append("\r\n");
    head.append("Connection: close\r\n");
    head.append("Content-Length: ").append(length).append("\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static int status(Socket socket, long deadline) throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder line = new StringBuilder();
    while (line.length() < LONGEST_STATUS_LINE) {
      socket.setSoTimeout(left(deadline));
      int next = in.read();
      if (next < 0 || next == '\n') {
        break;
      }
      line.append((char) next);
    }
    String[] parts = line.toString().strip().split(" ", 3);
    if (parts.length < 2 || !parts[0].startsWith("HTTP/1.") || !parts[1].matches("[1-5][0-9]{2}")) {
      throw new IOException("not an HTTP answer: " + line);
    }
    return Integer.parseInt(parts[1]);
  }

  private static int left(long deadline) throws SocketTimeoutException {
    long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    if (millis <= 0) {
      throw new SocketTimeoutException("no answer in time");
    }
    return (int) Math.min(millis, Integer.MAX_VALUE);
  }
}
