package dev.freshet.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.HashMap;
import java.util.Map;

/**
 * A connection to a Postgres of ours that speaks just enough of the protocol (version 3, no
 * encryption, no password) to see that it is ready and to make a database: without the cost of
 * loading a driver. For one thread.
 */
final class PostgresWire implements Closeable {
  private static final int PROTOCOL_3_0 = 196_608;
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int MESSAGE_BYTES_MAX = 1 << 20;

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private final Map<String, String> parameters = new HashMap<>();

  private PostgresWire(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    this.out = new DataOutputStream(socket.getOutputStream());
  }

  /**
   * Connects and waits until queries are accepted.
   *
   * @throws IOException with the server's words if it refuses, as it does while starting
   */
  static PostgresWire connect(int port, String user, String database) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
      PostgresWire wire = new PostgresWire(socket);
      wire.greet(user, database);
      return wire;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** For example {@code 18.6}. */
  String serverVersion() {
    // Packagers add their own name after a space.
    return parameters.getOrDefault("server_version", "of unknown version").split(" ", -1)[0];
  }

  /** Runs one statement; whether it returned a row. */
  boolean execute(String sql) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    text(body, sql);
    out.writeByte('Q');
    out.writeInt(body.size() + 4);
    body.writeTo(out);
    return readUntilReady();
  }

  private void greet(String user, String database) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (String word : new String[] {"user", user, "database", database}) {
      text(body, word);
    }
    body.write(0);
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    DataOutputStream head = new DataOutputStream(message);
    head.writeInt(body.size() + 8);
    head.writeInt(PROTOCOL_3_0);
    body.writeTo(head);
    message.writeTo(out);
    readUntilReady();
  }

  private boolean readUntilReady() throws IOException {
    boolean row = false;
    String error = "";
    while (true) {
      char type = (char) in.readUnsignedByte();
      int length = in.readInt() - 4;
      if (length < 0 || length > MESSAGE_BYTES_MAX) {
        throw new IOException("not Postgres: a message of " + length + " bytes");
      }
      byte[] body = in.readNBytes(length);
      switch (type) {
        case 'R' -> {
          if (body.length != 4 || body[3] != 0) {
            throw new IOException("the server wants a password, which ours never does");
          }
        }
        case 'S' -> {
          String[] pair = new String(body, UTF_8).split("\0", -1);
          parameters.put(pair[0], pair[1]);
        }
        case 'D' -> row = true;
        case 'E' -> {
          error = fields(body);
          if (error.startsWith("FATAL")) {
            throw new IOException(error);
          }
        }
        case 'Z' -> {
          if (!error.isEmpty()) {
            throw new IOException(error);
          }
          return row;
        }
        default -> {
          // Notices, keys for cancelling, row descriptions: nothing we need.
        }
      }
    }
  }

  private static String fields(byte[] body) {
    Map<Character, String> fields = new HashMap<>();
    for (String field : new String(body, UTF_8).split("\0", -1)) {
      if (!field.isEmpty()) {
        fields.put(field.charAt(0), field.substring(1));
      }
    }
    return fields.getOrDefault('S', "ERROR")
        + " "
        + fields.getOrDefault('C', "")
        + ": "
        + fields.getOrDefault('M', "");
  }

  private static void text(ByteArrayOutputStream body, String text) {
    body.writeBytes(text.getBytes(UTF_8));
    body.write(0);
  }

  @Override
  public void close() throws IOException {
    try {
      out.write(new byte[] {'X', 0, 0, 0, 4});
    } finally {
      socket.close();
    }
  }
}
