package hello.chart;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import hello.support.Repository;
import hello.support.Yaml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A chart, rendered as Argo CD renders it: value files in order, then parameters.
 *
 * @param folder the chart's folder
 * @param parameters values that win over all files, by their paths
 */
record Chart(Path folder, Map<String, String> parameters) {

    /** The oldest Kubernetes that the chart supports. */
    static final String OLDEST_KUBERNETES = "1.34.0";

    /** The image's name in every rendering. */
    static final String REPOSITORY = "registry.example/team/hello";

    /** Under this annotation {@link #renderWithTests} shows what {@code helm.sh/hook} says. */
    static final String SHOWN_HOOK = "shown-hook";

    /** What {@code image.yaml} of an environment looks like. */
    static final Path IMAGE_FILE = Repository.path("tests/src/test/resources/image.yaml");

    /** Values that use all that is optional, at once. */
    static final Path EVERYTHING = Repository.path("tests/src/test/resources/accepted-values/everything.yaml");

    /** The service's chart. */
    static final Chart SERVICE = new Chart(Repository.path("gitops/chart"), Map.of("image.repository", REPOSITORY));

    /** One folder for each environment. */
    static final Path ENVIRONMENTS = Repository.path("gitops/environments");

    /** The folders in it. */
    static List<Path> environments() {
        return Repository.list(ENVIRONMENTS).stream().filter(Files::isDirectory).toList();
    }

    /**
     * Renders on the oldest supported Kubernetes.
     *
     * @param valueFiles value files, the last one wins
     * @return the rendered objects; Helm leaves out those with a hook
     * @throws IllegalStateException with Helm's message when the chart or the values are refused
     */
    List<Map<String, Object>> render(Path... valueFiles) {
        return Yaml.documents(text(OLDEST_KUBERNETES, valueFiles));
    }

    /**
     * Renders like {@link #render}, and the pods of {@code helm test}, which Helm leaves out. Hides the hooks of this
     * chart, so it must be a copy.
     *
     * @param valueFiles value files, the last one wins
     * @return the rendered objects
     * @throws IllegalStateException with Helm's message when the chart or the values are refused
     */
    List<Map<String, Object>> renderWithTests(Path... valueFiles) {
        for (Path file : Repository.list(folder.resolve("templates/tests"))) {
            write(file, Repository.read(file).replace("helm.sh/hook:", SHOWN_HOOK + ":"));
        }
        return render(valueFiles);
    }

    /**
     * Renders.
     *
     * @param kubernetes the version of Kubernetes
     * @param valueFiles value files, the last one wins
     * @return the text as Helm writes it
     * @throws IllegalStateException with Helm's message when the chart or the values are refused
     */
    String text(String kubernetes, Path... valueFiles) {
        TemplateCommand template = new Helm(folder)
                .template()
                .withName("hello")
                .withNamespace("hello-test")
                .withKubeVersion(kubernetes);
        parameters.forEach(template::set);
        for (Path file : valueFiles) {
            template.withValuesFile(file);
        }
        return template.call();
    }

    /**
     * Looks the chart over with {@code helm lint --strict}.
     *
     * @return Helm's verdict
     */
    LintResult lint() {
        return new Helm(folder).lint().strict().call();
    }

    /**
     * Copies the chart, so that a test can change it.
     *
     * @param to a folder that does not exist yet
     * @return the copy
     */
    Chart copy(Path to) {
        try (var files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(folder.relativize(file).toString()));
            }
            return new Chart(to, parameters);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Changes a file of a copied chart.
     *
     * @param file a path inside the chart
     * @param old text that must be in it
     * @param replacement what stands there afterwards
     */
    void edit(String file, String old, String replacement) {
        String text = Repository.read(folder.resolve(file));
        if (!text.contains(old)) {
            throw new IllegalArgumentException(file + " does not contain " + old);
        }
        write(folder.resolve(file), text.replace(old, replacement));
    }

    /**
     * Writes a text file.
     *
     * @param file where
     * @param text what
     * @return the file
     */
    static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
