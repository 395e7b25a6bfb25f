package dev.freshet.console;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One open connection. Nothing is queued for it: while it is slow it is passed over, and after
 * {@value #MOST_MISSED} times it is closed. No thread waits for it.
 */
final class LiveStream implements WriteListener, AsyncListener {

  static final int MOST_MISSED = 30;

  private final AsyncContext async;
  private final ServletOutputStream out;
  private final Channel channel;
  private final Runnable closed;
  private long position;
  private byte @Nullable [] pending;
  private boolean flushing;
  private boolean idle;
  private boolean ended;
  private int missed;

  /**
   * @param position up to where the reader knows already
   * @param closed told once, when this has ended
   */
  LiveStream(AsyncContext async, Channel channel, long position, Runnable closed)
      throws IOException {
    this.async = async;
    this.out = async.getResponse().getOutputStream();
    this.channel = channel;
    this.position = position;
    this.closed = closed;
    async.setTimeout(0);
    async.addListener(this);
    out.setWriteListener(this);
  }

  Channel channel() {
    return channel;
  }

  synchronized boolean hasEnded() {
    return ended;
  }

  /** Sends what is new if the connection takes it; says whether it was given up. */
  synchronized boolean offer() {
    if (ended) {
      return false;
    }
    if (!idle) {
      missed++;
      if (missed > MOST_MISSED) {
        end();
        return true;
      }
      return false;
    }
    missed = 0;
    Channel.Frame frame = channel.after(position);
    position = frame.position();
    if (frame.bytes().length > 0) {
      pending = frame.bytes();
      drain();
    }
    return false;
  }

  private void drain() {
    idle = false;
    try {
      while (out.isReady()) {
        byte[] next = pending;
        if (next != null) {
          pending = null;
          out.write(next);
          flushing = true;
        } else if (flushing) {
          flushing = false;
          out.flush();
        } else {
          idle = true;
          return;
        }
      }
    } catch (IOException gone) {
      end();
    }
  }

  @Override
  public synchronized void onWritePossible() {
    if (!ended) {
      drain();
    }
  }

  @Override
  public synchronized void onError(Throwable gone) {
    end();
  }

  synchronized void end() {
    if (ended) {
      return;
    }
    ended = true;
    closed.run();
    try {
      async.complete();
    } catch (IllegalStateException alreadyComplete) {
      // The other end was quicker.
    }
  }

  @Override
  public synchronized void onComplete(AsyncEvent event) {
    if (!ended) {
      ended = true;
      closed.run();
    }
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    end();
  }

  @Override
  public void onError(AsyncEvent event) {
    end();
  }

  @Override
  public void onStartAsync(AsyncEvent event) {
    // Started once, before this listens.
  }
}
