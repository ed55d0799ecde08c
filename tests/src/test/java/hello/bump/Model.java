package hello.bump;

import hello.bump.Sandbox.Image;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What bump promises: which builds there are, which images main named, and what a bump has to make of both. */
final class Model {

    private final List<String> builds = new ArrayList<>();
    private final Map<String, Set<String>> ancestors = new HashMap<>();
    private final Set<String> onMain = new HashSet<>();
    private final List<Change> changes = new ArrayList<>();
    private final Set<String> bumped = new HashSet<>();
    private final Set<String> reverted = new HashSet<>();

    /** That main names another image from a commit on: by a bump or by a person. */
    record Change(Optional<Image> image, boolean byPerson, String commit) {}

    /** The source commits that have a build, oldest first. */
    List<String> builds() {
        return builds;
    }

    /** The changes of main's image, oldest first. */
    List<Change> changes() {
        return changes;
    }

    /** The image that main names. */
    Optional<Image> image() {
        return changes.isEmpty() ? Optional.empty() : changes.getLast().image();
    }

    /** The image that main named before the present one. */
    Optional<Image> previousImage() {
        return changes.size() < 2
                ? Optional.empty()
                : changes.get(changes.size() - 2).image();
    }

    /** A commit of source on main gets a build. */
    void build(String commit) {
        add(commit, new HashSet<>(onMain));
    }

    /** A commit of source beside main, which comes after another build alone, gets a build. */
    void buildBeside(String commit, String base) {
        Set<String> older = new HashSet<>(ancestors.get(base));
        older.add(base);
        add(commit, older);
    }

    private void add(String commit, Set<String> older) {
        builds.add(commit);
        ancestors.put(commit, older);
        onMain.add(commit);
    }

    /** Somebody begins a bump. */
    void bumpBegins(Image image) {
        bumped.add(image.commit());
    }

    /** A bump has put an image there. */
    void bumped(Image image, String commit) {
        changes.add(new Change(Optional.of(image), false, commit));
    }

    /** A person has put an image there, or taken it away: nothing that was there before comes back by itself. */
    void changedByPerson(Optional<Image> image, String commit) {
        changes.stream()
                .flatMap(change -> change.image().stream())
                .map(Image::commit)
                .forEach(reverted::add);
        image.map(Image::commit).ifPresent(reverted::remove);
        changes.add(new Change(image, true, commit));
    }

    /**
     * Tells what a bump has to do now.
     *
     * @param image the image of a build
     * @return its outcome, as {@link Outcome#of} names it
     */
    String promised(Image image) {
        Optional<Image> present = image();
        if (present.equals(Optional.of(image))) {
            return "unchanged same";
        }
        if (present.isPresent() && ancestors.get(present.get().commit()).contains(image.commit())) {
            return "unchanged newer";
        }
        if (isTakenAway(image.commit())) {
            return "unchanged reverted";
        }
        boolean sameCommit = present.map(Image::commit).equals(Optional.of(image.commit()));
        boolean wasThere = changes.stream().anyMatch(change -> change.image().equals(Optional.of(image)));
        return sameCommit && wasThere ? "unchanged newer" : "bumped";
    }

    /** Whether a person took a commit's build away after it was last put there. */
    private boolean isTakenAway(String commit) {
        boolean wasThere = false;
        boolean takenAway = false;
        for (Change change : changes) {
            boolean isThere = change.image().map(Image::commit).equals(Optional.of(commit));
            takenAway = !isThere && (takenAway || wasThere && change.byPerson());
            wasThere |= isThere;
        }
        return takenAway;
    }

    /** The newest build that somebody bumped and nobody reverted: where builds follow each other, main's in the end. */
    Optional<String> newest() {
        return builds.stream()
                .filter(bumped::contains)
                .filter(build -> !reverted.contains(build))
                .reduce((older, newer) -> newer);
    }
}
