package dev.freshet.materializer.view;

import java.sql.Connection;
import java.sql.SQLException;

/** Opens connections to the source database. */
@FunctionalInterface
public interface Connections {

  Connection open() throws SQLException;
}
