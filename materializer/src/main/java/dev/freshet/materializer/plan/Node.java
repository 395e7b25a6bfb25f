package dev.freshet.materializer.plan;

import java.util.List;

/**
 * One step of a view: a bag of rows made from the bags below it. A row is an {@code Object[]} with
 * one value per column.
 */
public sealed interface Node permits Source, Filter, Project, Join, Aggregate, Distinct, UnionAll {

  /** The columns of its rows. */
  List<Column> columns();

  /** The nodes it reads, left to right; empty for a {@link Source}. */
  List<Node> inputs();

  /** This node on one line, without its inputs. */
  String describe();
}
