package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.chart.ArgoCdModel;
import hello.support.CommandResult;
import hello.support.Repository;
import hello.support.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What this cluster's API server knows of the kinds that are rendered: strictly, field by field. */
@ClusterTest
class SchemaIT {

    @Test
    @Order(1)
    @DisplayName("the API server, which refuses unknown fields, takes everything that is rendered")
    void strict(@TempDir Path folder) {
        Map<String, String> rendered = rendered(Clone.fresh(folder, "olaf"));
        List<String> taken = new ArrayList<>();
        rendered.forEach((namespace, objects) -> {
            taken.addAll(dryRun(namespace, objects).orFail().output().lines().toList());
            CommandResult refused = dryRun(namespace, objects.replaceFirst("(?m)^spec:$", "spec:\n  unknwon: true"));
            assertThat(refused.exitCode()).as(namespace).isNotZero();
            assertThat(refused.output()).as(namespace).contains("unknwon");
        });
        measured(taken.stream().filter(line -> line.contains("server dry run")).count() + " objects taken; a misspelt"
                + " field refused in " + rendered.size() + " of " + rendered.size() + " namespaces");
    }

    /** The objects for each namespace, as YAML: what Argo CD applies, with all that the root can bring. */
    static Map<String, String> rendered(Clone clone) {
        String image = Cluster.rootParameter("image");
        Map<String, String> rendered = new LinkedHashMap<>();
        rendered.put("argocd", ArgoCdModel.everything());
        rendered.put(
                "traefik",
                kubectl("kustomize", clone.folder() + "/gitops/platform")
                        .orFail()
                        .output());
        for (String environment : List.of("staging", "production")) {
            String[] render = {"env", "IMAGE=" + image, "make", "-s", "render", "ENV=" + environment};
            String said = Cluster.run(clone.folder(), render).orFail().output();
            // from the first object on: before it stands what Helm warns of
            rendered.put("hello-" + environment, said.replaceFirst("(?s)^.*?(?=---\n)", ""));
        }
        return rendered;
    }

    /** As Argo CD applies, but strictly, and for nothing. */
    static CommandResult dryRun(String namespace, String objects) {
        return Cluster.kubectlWith(
                objects,
                "-n",
                namespace,
                "apply",
                "--server-side",
                "--force-conflicts",
                "--dry-run=server",
                "--validate=strict",
                "-f",
                "-");
    }

    @Test
    @Order(2)
    @DisplayName("make test knows Argo CD's own kinds as the cluster does")
    void fields() throws IOException {
        Map<String, Map<String, Object>> schemas = new TreeMap<>();
        ArgoCdModel.KINDS.forEach((kind, name) -> {
            String path = ".spec.versions[0].schema.openAPIV3Schema";
            schemas.put(kind, Yaml.document(field("argocd", "crd/" + name, path)));
        });
        String fields = ArgoCdModel.fields(schemas);
        Path written = Files.writeString(Repository.path("tests/target/argocd-fields.yaml"), fields);
        assertThat(Repository.read(ArgoCdModel.FIELDS))
                .as(
                        "what the cluster has is in %s: look at the difference, then cp it to %s",
                        written, ArgoCdModel.FIELDS)
                .isEqualTo(fields);
        measured(schemas.size() + " kinds, no difference");
    }
}
