package dev.freshet.ingest.pgbouncer;

import dev.freshet.runtime.PostgresConnection;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * One connection to PgBouncer's admin console: Postgres's protocol 3 as far as SHOW needs it, with
 * the logins {@code trust}, {@code plain}, {@code md5} and {@code scram-sha-256}. With {@code
 * sslmode=require} or {@code verify-…} in the address it is encrypted, and the server's certificate
 * is checked in any case. Every wait and every answer is bounded. Not thread-safe.
 */
final class AdminConsole implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int PROTOCOL = 3 << 16;
  private static final int TLS_PLEASE = 80_877_103;
  private static final int MOST_BYTES = 1 << 20;
  private static final int MOST_ROWS = 10_000;

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;

  private record Message(char type, ByteBuffer body) {

    String text() {
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      for (byte next = body.get(); next != 0; next = body.get()) {
        text.write(next);
      }
      return text.toString(StandardCharsets.UTF_8);
    }

    String rest() {
      byte[] bytes = new byte[body.remaining()];
      body.get(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private AdminConsole(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    this.out = new DataOutputStream(socket.getOutputStream());
  }

  /**
   * Logs in.
   *
   * @param nonce printable and never used before
   * @throws IOException when it cannot; its message is what the server says
   */
  static AdminConsole open(PostgresConnection address, String nonce) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(
          new InetSocketAddress(address.host(), address.port()), (int) PATIENCE.toMillis());
      socket.setSoTimeout((int) PATIENCE.toMillis());
      String mode = address.parameters().getOrDefault("sslmode", "disable");
      boolean plain = List.of("disable", "allow", "prefer").contains(mode);
      AdminConsole console = new AdminConsole(plain ? socket : encrypted(socket, address.host()));
      console.logIn(address, nonce);
      return console;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private static Socket encrypted(Socket plain, String host) throws IOException {
    DataOutputStream out = new DataOutputStream(plain.getOutputStream());
    out.writeInt(8);
    out.writeInt(TLS_PLEASE);
    if (plain.getInputStream().read() != 'S') {
      throw new IOException("the server has no TLS, and sslmode wants it");
    }
    SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    SSLSocket socket = (SSLSocket) factory.createSocket(plain, host, plain.getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private void logIn(PostgresConnection address, String nonce) throws IOException {
    ByteArrayOutputStream hello = new ByteArrayOutputStream();
    hello.writeBytes(ByteBuffer.allocate(4).putInt(PROTOCOL).array());
    for (String word : List.of("user", address.user(), "database", address.database(), "")) {
      hello.writeBytes(zeroEnded(word));
    }
    out.writeInt(hello.size() + 4);
    hello.writeTo(out);
    out.flush();
    Scram scram = new Scram("", address.password(), nonce);
    for (Message message = read(); message.type != 'Z'; message = read()) {
      if (message.type == 'R') {
        answer(message, address, scram);
      }
    }
  }

  private void answer(Message message, PostgresConnection address, Scram scram) throws IOException {
    int kind = message.body.getInt();
    switch (kind) {
      case 0 -> {} // that was all
      case 3 -> send('p', zeroEnded(address.password()));
      case 5 -> {
        byte[] salt = new byte[4];
        message.body.get(salt);
        String once = md5((address.password() + address.user()).getBytes(StandardCharsets.UTF_8));
        ByteArrayOutputStream salted = new ByteArrayOutputStream();
        salted.writeBytes(once.getBytes(StandardCharsets.US_ASCII));
        salted.writeBytes(salt);
        send('p', zeroEnded("md5" + md5(salted.toByteArray())));
      }
      case 10 -> {
        byte[] first = scram.first().getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream begin = new ByteArrayOutputStream();
        begin.writeBytes(zeroEnded(Scram.NAME));
        begin.writeBytes(ByteBuffer.allocate(4).putInt(first.length).array());
        begin.writeBytes(first);
        send('p', begin.toByteArray());
      }
      case 11 -> send('p', scram.last(message.rest()).getBytes(StandardCharsets.UTF_8));
      case 12 -> scram.check(message.rest());
      default ->
          throw new IOException("the login %d is not one that is known here".formatted(kind));
    }
  }

  /** The rows of an answer, by the names of their columns; a null is an empty text. */
  List<Map<String, String>> show(String what) throws IOException {
    send('Q', zeroEnded("SHOW " + what));
    List<String> columns = new ArrayList<>();
    List<Map<String, String>> rows = new ArrayList<>();
    for (Message message = read(); message.type != 'Z'; message = read()) {
      if (message.type == 'T') {
        for (int left = message.body.getShort(); left > 0; left--) {
          columns.add(message.text());
          message.body.position(message.body.position() + 18); // its type, which is text
        }
      } else if (message.type == 'D' && rows.size() < MOST_ROWS) {
        rows.add(row(message.body, columns));
      }
    }
    return rows;
  }

  private static Map<String, String> row(ByteBuffer body, List<String> columns) {
    Map<String, String> row = new HashMap<>();
    int count = body.getShort();
    for (int i = 0; i < count; i++) {
      byte[] value = new byte[Math.max(0, body.getInt())];
      body.get(value);
      row.put(columns.get(i), new String(value, StandardCharsets.UTF_8));
    }
    return row;
  }

  private void send(char type, byte[] body) throws IOException {
    out.writeByte(type);
    out.writeInt(body.length + 4);
    out.write(body);
    out.flush();
  }

  private Message read() throws IOException {
    char type = (char) in.readUnsignedByte();
    int length = in.readInt() - 4;
    if (length < 0 || length > MOST_BYTES) {
      throw new IOException("this is not Postgres's protocol");
    }
    Message message = new Message(type, ByteBuffer.wrap(in.readNBytes(length)));
    if (message.body.remaining() < length) {
      throw new IOException("the connection was closed");
    }
    if (type == 'E') {
      throw new IOException(error(message));
    }
    return message;
  }

  private static String error(Message message) {
    String said = "an error";
    for (char field = (char) message.body.get(); field != 0; field = (char) message.body.get()) {
      String text = message.text();
      said = field == 'M' ? text : said;
    }
    return said;
  }

  private static byte[] zeroEnded(String text) {
    return (text + "\0").getBytes(StandardCharsets.UTF_8);
  }

  private static String md5(byte[] bytes) throws IOException {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    } catch (GeneralSecurityException e) {
      throw new IOException("this Java has no MD5, which the login wants", e);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
