package dev.freshet.metrics;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorNode;
import org.apache.kafka.streams.processor.internals.ProcessorRecordContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;
import org.jspecify.annotations.Nullable;

/**
 * Calls a processor before every commit, so that what it holds in memory is written to the
 * changelog and passed on in the same transaction as the offsets of what it was computed from; and
 * keeps what the changelog says until the processor asks for it.
 *
 * <p>Kafka Streams calls {@link CachedStateStore#flushCache} before it flushes the producer and
 * commits offsets: at periodic commits, at a rebalance, at a clean stop, and when another task of
 * the thread asked for the commit. No public callback does: {@link StateStore#commit} comes after
 * the offsets, and a punctuator that commits misses all but its own. The interface is internal to
 * Kafka Streams; its version is pinned and {@code AggregatorIT} says when an upgrade breaks this.
 */
final class CommitStore implements StateStore, CachedStateStore<Object, Object> {

  private final String name;
  private final boolean logged;
  private final boolean copied;
  private final Map<Bytes, byte[]> restored = new HashMap<>();
  private @Nullable InternalProcessorContext<?, ?> context;
  private @Nullable ProcessorNode<?, ?, ?, ?> node;
  private @Nullable Runnable beforeCommit;
  private boolean open;

  private CommitStore(String name, boolean logged, boolean copied) {
    this.name = name;
    this.logged = logged;
    this.copied = copied;
  }

  /**
   * The builder of one with a changelog, which has these topic settings.
   *
   * @param copied whether there are standby replicas: a process may then give its partition to
   *     another one, go on as a copy from where it is, and be given it back. For that everything
   *     stays here a second time.
   */
  static StoreBuilder<CommitStore> logged(
      String name, Map<String, String> settings, boolean copied) {
    return new Builder(name, true, copied, settings);
  }

  /** The builder of one that holds nothing: only its processor is called. */
  static StoreBuilder<CommitStore> unlogged(String name) {
    return new Builder(name, false, false, Map.of());
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    this.context = (InternalProcessorContext<?, ?>) context;
    this.beforeCommit = null;
    restored.clear();
    open = true;
    context.register(root, this::hold);
  }

  private void hold(byte[] key, byte @Nullable [] value) {
    if (value == null) {
      restored.remove(Bytes.wrap(key));
    } else {
      restored.put(Bytes.wrap(key), value);
    }
  }

  /**
   * To be called from the processor's {@code init}.
   *
   * @return what the changelog holds, by key; the caller's
   */
  Map<Bytes, byte[]> connect(ProcessorContext<?, ?> processor, Runnable beforeCommit) {
    this.node = ((InternalProcessorContext<?, ?>) processor).currentNode();
    this.beforeCommit = beforeCommit;
    Map<Bytes, byte[]> taken = new HashMap<>(restored);
    if (!copied) {
      restored.clear();
    }
    return taken;
  }

  /** Writes to the changelog; null deletes. Only to be called before a commit. */
  void log(byte[] key, byte @Nullable [] value, long millis) {
    if (logged && context != null) {
      context.logChange(
          name, Bytes.wrap(key), value, millis, new RecordHeaders(), Position.emptyPosition());
      if (copied) {
        hold(key, value);
      }
    }
  }

  @Override
  public void flushCache() {
    InternalProcessorContext<?, ?> task = context;
    Runnable action = beforeCommit;
    if (task == null || action == null) {
      return;
    }
    ProcessorNode<?, ?, ?, ?> nodeBefore = task.currentNode();
    ProcessorRecordContext recordBefore = task.recordContext();
    task.setCurrentNode(node);
    task.setRecordContext(
        new ProcessorRecordContext(task.currentSystemTimeMs(), -1, -1, null, new RecordHeaders()));
    try {
      action.run();
    } finally {
      task.setCurrentNode(nodeBefore);
      task.setRecordContext(recordBefore);
    }
  }

  @Override
  public boolean setFlushListener(CacheFlushListener<Object, Object> listener, boolean oldValues) {
    return false;
  }

  /** Called when what was not committed is given up: whoever goes on is connected anew. */
  @Override
  public void clearCache() {
    beforeCommit = null;
  }

  @Override
  public void close() {
    beforeCommit = null;
    restored.clear();
    open = false;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean persistent() {
    return false;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public Position getPosition() {
    return Position.emptyPosition();
  }

  private record Builder(
      String name, boolean loggingEnabled, boolean copied, Map<String, String> logConfig)
      implements StoreBuilder<CommitStore> {

    @Override
    public CommitStore build() {
      return new CommitStore(name, loggingEnabled, copied);
    }

    @Override
    public StoreBuilder<CommitStore> withCachingEnabled() {
      return this;
    }

    @Override
    public StoreBuilder<CommitStore> withCachingDisabled() {
      return this;
    }

    @Override
    public StoreBuilder<CommitStore> withLoggingEnabled(Map<String, String> settings) {
      return new Builder(name, true, copied, settings);
    }

    @Override
    public StoreBuilder<CommitStore> withLoggingDisabled() {
      return new Builder(name, false, copied, Map.of());
    }
  }
}
