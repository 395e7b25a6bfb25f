package dev.freshet.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A connection to a Redis of ours for commands with a one-line or bulk answer. For one thread. */
final class RedisWire implements Closeable {
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int LINE_BYTES_MAX = 64 * 1024;

  private final Socket socket;
  private final InputStream in;

  private RedisWire(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  static RedisWire connect(int port) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
      return new RedisWire(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * The answer as text; nothing there is the empty text.
   *
   * @throws IOException with the server's words when it answers with an error
   */
  String command(String... words) throws IOException {
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(("*" + words.length + "\r\n").getBytes(UTF_8));
    for (String word : words) {
      byte[] bytes = word.getBytes(UTF_8);
      request.writeBytes(("$" + bytes.length + "\r\n").getBytes(UTF_8));
      request.writeBytes(bytes);
      request.writeBytes(new byte[] {'\r', '\n'});
    }
    request.writeTo(socket.getOutputStream());
    String line = line();
    switch (line.charAt(0)) {
      case '+', ':' -> {
        return line.substring(1);
      }
      case '$' -> {
        int length = Integer.parseInt(line.substring(1));
        if (length < 0) {
          return "";
        }
        String text = new String(in.readNBytes(length), UTF_8);
        in.skipNBytes(2);
        return text;
      }
      default -> throw new IOException("Redis answered " + line.substring(1));
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\r'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("Redis closed the connection");
      }
      if (line.size() == LINE_BYTES_MAX) {
        throw new IOException("not Redis: a line of more than " + LINE_BYTES_MAX + " bytes");
      }
      line.write(b);
    }
    in.skipNBytes(1);
    if (line.size() == 0) {
      throw new IOException("not Redis: an empty line");
    }
    return line.toString(UTF_8);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
