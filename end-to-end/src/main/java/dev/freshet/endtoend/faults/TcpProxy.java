package dev.freshet.endtoend.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A loopback port in front of another one, whose connections can be reset, refused, slowed down and
 * held. What it holds of a connection is one buffer per direction; beyond that the sender waits.
 *
 * <p>Thread-safe.
 */
final class TcpProxy implements AutoCloseable {

  static final int BUFFER_BYTES = 16 << 10;

  private static final int BACKLOG = 128;
  private static final int CONNECT_MILLIS = 2_000;

  private final String name;
  private final ServerSocket door;
  private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long delayNanos;
  private boolean stalled;
  private boolean refusing;
  private volatile int target;

  private TcpProxy(String name, ServerSocket door) {
    this.name = name;
    this.door = door;
  }

  /** Listens on a free port; nobody is let through before {@link #leadTo}. */
  static TcpProxy open(String name) throws IOException {
    TcpProxy proxy =
        new TcpProxy(name, new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()));
    proxy.thread("accept", proxy::accept);
    return proxy;
  }

  /** The port to connect to. */
  int port() {
    return door.getLocalPort();
  }

  /** Connections go to this loopback port from now on. */
  void leadTo(int port) {
    target = port;
  }

  String name() {
    return name;
  }

  /** Connections let through so far. */
  int accepted() {
    return accepted.get();
  }

  /** Resets every connection there is. */
  void cut() {
    pairs.forEach(Pair::reset);
  }

  /** Resets every connection, and each new one, until {@link #heal}. */
  void refuse() {
    set(() -> refusing = true);
    cut();
  }

  /** From now on each piece of at most {@value #BUFFER_BYTES} bytes arrives so much later. */
  void slow(Duration delay) {
    set(() -> delayNanos = delay.toNanos());
  }

  /** From now on nothing arrives, and nothing is lost. */
  void stall() {
    set(() -> stalled = true);
  }

  /** Everything comes through at once again. */
  void heal() {
    set(
        () -> {
          delayNanos = 0;
          stalled = false;
          refusing = false;
        });
  }

  private void set(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean refuses() {
    lock.lock();
    try {
      return refusing || target == 0;
    } finally {
      lock.unlock();
    }
  }

  /** Waits as long as what is under way has to. */
  private void passable() throws InterruptedException {
    lock.lock();
    try {
      long end = System.nanoTime() + delayNanos;
      while (stalled || (delayNanos > 0 && System.nanoTime() - end < 0)) {
        if (stalled) {
          changed.await();
        } else {
          changed.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = door.accept();
        if (refuses()) {
          reset(client);
        } else {
          // Not here: the next one shall not wait for it.
          thread("connect", () -> connect(client));
        }
      }
    } catch (IOException closed) {
      cut();
    }
  }

  private void connect(Socket client) {
    Socket server = new Socket();
    try {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      server.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), target), CONNECT_MILLIS);
      Pair pair = new Pair(client, server);
      pairs.add(pair);
      accepted.incrementAndGet();
      if (refuses()) {
        pair.reset();
      }
      thread("answers", () -> pair.copy(server, client));
      pair.copy(client, server);
    } catch (IOException nobodyThere) {
      reset(client);
      reset(server);
    }
  }

  private void thread(String what, Runnable work) {
    Thread thread = new Thread(work, "proxy-" + name + "-" + what);
    thread.setDaemon(true);
    thread.start();
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException isClosed) {
      return;
    } finally {
      close(socket);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException nothingToDo) {
      return;
    }
  }

  @Override
  public void close() {
    heal();
    try {
      door.close();
    } catch (IOException nothingToDo) {
      return;
    } finally {
      cut();
    }
  }

  private final class Pair {
    private final Socket client;
    private final Socket server;
    private final AtomicInteger ended = new AtomicInteger();

    Pair(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void reset() {
      TcpProxy.reset(client);
      TcpProxy.reset(server);
      pairs.remove(this);
    }

    void copy(Socket from, Socket to) {
      byte[] buffer = new byte[BUFFER_BYTES];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          passable();
          out.write(buffer, 0, read);
        }
        to.shutdownOutput();
        if (ended.incrementAndGet() == 2) {
          TcpProxy.close(client);
          TcpProxy.close(server);
          pairs.remove(this);
        }
      } catch (IOException broken) {
        reset();
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
        reset();
      }
    }
  }
}
