package demo

import (
	"testing"
	"testing/synctest"
	"time"
)

// broke reports whether the first telling of the breaking event, at 25 minutes, is out.
func (d *desk) broke() bool { return d.read("wire-one").Items[0].GUID == "wire-one:0304-truce-urgent" }

func TestClockStartsWhenAllWereAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, 0)
		d.get("wire-one")
		time.Sleep(patience / 2)
		d.getAll()
		wait(24 * time.Minute)
		if d.broke() {
			t.Error("the clock started before every feed was asked for")
		}
		wait(time.Minute)
		if !d.broke() {
			t.Error("the clock did not start when every feed was asked for")
		}
	})
}

func TestClockWaitsNoLongerThanASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, 0)
		d.get("wire-one")
		time.Sleep(patience)
		wait(24 * time.Minute)
		if d.broke() {
			t.Error("the clock started before its second was over")
		}
		wait(time.Minute)
		if !d.broke() {
			t.Error("the clock did not start after a second")
		}
	})
}

// A feed that is asked for late answers with what was there before the start,
// so that a silent baseline holds no news, and catches up on the next request.
func TestFirstAnswerIsTheBaseline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, 0)
		d.get("sariya")
		time.Sleep(patience)
		d.get("sariya")
		wait(4 * time.Hour)
		if got := len(d.read("wire-one").Items); got != 3 {
			t.Errorf("the first answer has %d items, want the 3 of the baseline", got)
		}
		if got := len(d.read("wire-one").Items); got != 6 {
			t.Errorf("the second answer has %d items, want 6", got)
		}
	})
}

// A demo cut off carries on: it serves at once what was out by then, dated
// back, and nothing that was still to come.
func TestResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := 25 * time.Hour
		d := newDesk(t, from)
		begun := time.Now()
		feed := d.read("wire-one") // the first request starts the clock
		if got, want := feed.Items[0].GUID, "wire-one:0305-truce-holds"; got != want {
			t.Errorf("the latest item is %s, want %s", got, want)
		}
		published := begun.Add((24*time.Hour + 4*time.Minute - from) / pace)
		if got := *feed.Items[0].PublishedParsed; got.After(published) || published.Sub(got) >= time.Second {
			t.Errorf("published %s, want %s", got, published)
		}
		wait(80 * time.Minute)
		if got, want := d.read("wire-one").Items[0].GUID, "wire-one:0305-quake"; got != want {
			t.Errorf("then the latest item is %s, want %s", got, want)
		}
	})
}

func TestDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, 0)
		isDone := func() bool {
			select {
			case <-d.Done():
				return true
			default:
				return false
			}
		}
		d.begin(Span - time.Minute)
		d.getAll()
		d.getAll()
		if isDone() {
			t.Fatal("done before the end")
		}
		wait(2 * time.Minute)
		d.getAll()
		d.get("wire-one")
		if isDone() {
			t.Fatal("done before every feed was asked twice after the end")
		}
		for _, o := range d.scenario.Outlets {
			if o.alive() {
				d.get(o.Name)
			}
		}
		if !isDone() {
			t.Fatal("not done, though every living feed was asked twice")
		}
		d.getAll() // and it goes on answering
	})
}
