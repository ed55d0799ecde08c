package hello.e2e;

import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.ClassDescriptor;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.ClassOrdererContext;

/**
 * The one list of the classes that run on the cluster, in the order in which they run: what only asks comes early, what
 * takes the cluster apart comes late, and last of all what there is no way back from. {@link ScaleOutIT} begins a load
 * whose end {@link ScaleInIT} waits for, so what lies between runs meanwhile.
 */
public final class RunOrder implements ClassOrderer {

    /** The headings of docs/promises.md, in their order there. */
    enum Heading {
        LOOP("The loop"),
        YOUR_OWN("Your own"),
        ROLLOUTS("Rollouts"),
        POD_FAILURES("Pod failures"),
        DRIFT("Drift"),
        ACCESS("Access"),
        HTTPS("HTTPS"),
        WEB_PAGE("Web page"),
        BAD_RELEASES("Bad releases"),
        LOAD("Load"),
        OUTAGES("Outages"),
        UPGRADES("Upgrades"),
        SOAK("Soak");

        final String text;

        Heading(String text) {
            this.text = text;
        }
    }

    /**
     * A class in the run.
     *
     * @param type the class
     * @param heading where docs/promises.md lists its promises
     */
    record Entry(Class<?> type, Heading heading) {}

    static final List<Entry> CLASSES = List.of(
            new Entry(IdleIT.class, Heading.LOAD),
            new Entry(GitOpsLoopIT.class, Heading.LOOP),
            new Entry(UiIT.class, Heading.LOOP),
            new Entry(FallbackImageIT.class, Heading.LOOP),
            new Entry(RolloutIT.class, Heading.ROLLOUTS),
            new Entry(DriftIT.class, Heading.DRIFT),
            new Entry(PodFailureIT.class, Heading.POD_FAILURES),
            new Entry(HealthIT.class, Heading.LOAD),
            new Entry(NetworkPolicyIT.class, Heading.ACCESS),
            new Entry(AccessControlIT.class, Heading.ACCESS),
            new Entry(PlatformAccessIT.class, Heading.ACCESS),
            new Entry(SchemaIT.class, Heading.ACCESS),
            new Entry(BadClientsIT.class, Heading.ACCESS),
            new Entry(SharedClusterIT.class, Heading.ACCESS),
            new Entry(WebPageIT.class, Heading.WEB_PAGE),
            new Entry(ArgoCdPageIT.class, Heading.WEB_PAGE),
            new Entry(ServicePageIT.class, Heading.WEB_PAGE),
            new Entry(ScaleOutIT.class, Heading.LOAD),
            new Entry(BadReleaseIT.class, Heading.BAD_RELEASES),
            new Entry(ScaleInIT.class, Heading.LOAD),
            new Entry(ConcurrentDeployIT.class, Heading.LOOP),
            new Entry(PruneIT.class, Heading.LOOP),
            new Entry(EnvironmentsIT.class, Heading.YOUR_OWN),
            new Entry(PreviewIT.class, Heading.YOUR_OWN),
            new Entry(PullRequestIT.class, Heading.YOUR_OWN),
            new Entry(NotificationsIT.class, Heading.LOOP),
            new Entry(UnreachableNodeIT.class, Heading.LOOP),
            new Entry(HttpsIT.class, Heading.HTTPS),
            new Entry(ComponentOutageIT.class, Heading.OUTAGES),
            new Entry(ClusterRestartIT.class, Heading.OUTAGES),
            new Entry(ExternalRepositoryIT.class, Heading.LOOP),
            new Entry(PrivateRepositoryIT.class, Heading.LOOP),
            new Entry(WorkflowRunIT.class, Heading.LOOP),
            new Entry(SecondServiceIT.class, Heading.YOUR_OWN),
            new Entry(UpgradeIT.class, Heading.UPGRADES),
            new Entry(ArgoCdUpgradeIT.class, Heading.UPGRADES),
            new Entry(ScaleIT.class, Heading.LOAD),
            new Entry(SoakIT.class, Heading.SOAK),
            new Entry(KubernetesUpgradeIT.class, Heading.UPGRADES));

    /** Sorts the classes of a run; those that need no cluster stay as they are, after the others. */
    @Override
    public void orderClasses(ClassOrdererContext context) {
        context.getClassDescriptors().sort(Comparator.comparingInt(RunOrder::position));
    }

    private static int position(ClassDescriptor descriptor) {
        List<Class<?>> types = CLASSES.stream().<Class<?>>map(Entry::type).toList();
        int position = types.indexOf(descriptor.getTestClass());
        return position < 0 ? types.size() : position;
    }
}
