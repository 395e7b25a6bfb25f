/**
 * Row changes of many tables, brought into the order of their commits.
 *
 * <p>{@link dev.freshet.materializer.commits.Aligner} reads the topics of all tables that views
 * read, and the heartbeats; it writes {@code <ns>.commits}, in which a record holds whole
 * transactions. What belongs together is decided by {@link
 * dev.freshet.materializer.commits.OpenCommits}, which is pure.
 */
@NullMarked
package dev.freshet.materializer.commits;

import org.jspecify.annotations.NullMarked;
