package dev.freshet.endtoend.bench;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;

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

  static JitCompiler from() {
    return new JitCompiler();
  }

  /** Whether it took little since. */
  boolean done() {
    double wall = (System.nanoTime() - startNanos) / 1e6;
    return compiled() - startMillis < LITTLE * wall;
  }

  private static long compiled() {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    return compiler == null ? 0 : compiler.getTotalCompilationTime();
  }
}
