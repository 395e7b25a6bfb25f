package dev.freshet.endtoend.bench;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;

/**
 * How much of a processor the JIT compiler took since a moment: figures count once it has little
 * left to do, because on two processors it slows down what is measured.
 */
final class JitCompiler {

  /** Share of one processor below which it counts as done. */
  private static final double LITTLE = 0.1;

  private final long startNanos = System.nanoTime();
  private final long startMillis = compiled();

  private JitCompiler() {}

  /** Work that gets code compiled. */
  interface Work {
    void run() throws SQLException, InterruptedException;
  }

  /** Works until the compiler took little of a run, at most so many times. */
  static void settle(int most, Work work) throws SQLException, InterruptedException {
    boolean done = false;
    for (int i = 0; i < most && !done; i++) {
      JitCompiler compiler = new JitCompiler();
      work.run();
      done = compiler.done();
    }
  }

  /** Whether it took little since. */
  private boolean done() {
    double wall = (System.nanoTime() - startNanos) / 1e6;
    return compiled() - startMillis < LITTLE * wall;
  }

  private static long compiled() {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    return compiler == null ? 0 : compiler.getTotalCompilationTime();
  }
}
