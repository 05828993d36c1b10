import java.nio.file.Path;
import org.neo4j.configuration.connectors.ConnectorPortRegister;
import org.neo4j.configuration.connectors.ConnectorType;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.kernel.internal.GraphDatabaseAPI;

/**
 * Runs a Neo4j server until its standard input closes.
 *
 * <p>Arguments: the folder of its data, the file of its settings. Prints its Bolt address when it is ready.
 */
public final class Launcher {
    private Launcher() {}

    public static void main(String[] args) throws Exception {
        var service = new DatabaseManagementServiceBuilder(Path.of(args[0]))
                .loadPropertiesFromFile(Path.of(args[1]))
                .build();
        try {
            var database = (GraphDatabaseAPI) service.database("neo4j");
            var ports = database.getDependencyResolver().resolveDependency(ConnectorPortRegister.class);
            System.out.println("bolt://127.0.0.1:" + ports.getLocalAddress(ConnectorType.BOLT).getPort());
            System.out.flush();
            while (System.in.read() >= 0) {
                // The parent holds the other end: end of file means that it is gone or wants us to stop.
            }
        } finally {
            service.shutdown();
        }
    }
}
