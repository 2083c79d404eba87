package lineage

import "time"

// RunState is where a run stands, in OpenLineage's words for the event that
// brought it there.
type RunState string

// The states of a run. Other means that only events of that type came.
const (
	RunOther    RunState = "OTHER"
	RunStart    RunState = "START"
	RunRunning  RunState = "RUNNING"
	RunComplete RunState = "COMPLETE"
	RunAbort    RunState = "ABORT"
	RunFail     RunState = "FAIL"
)

// Ended reports whether a run in this state is over.
func (s RunState) Ended() bool { return s == RunComplete || s == RunAbort || s == RunFail }

// rank has the end of a run stand against a heartbeat that came after it.
func (s RunState) rank() int64 {
	switch {
	case s.Ended():
		return 2
	case s == RunStart, s == RunRunning:
		return 1
	}
	return 0
}

// Run is a run of a job. Its interval spans its events.
type Run struct {
	ID    string   `json:"id"` // a UUID, in lower case
	Job   ID       `json:"job"`
	State RunState `json:"state"`
	// At is when the event came that the state is of.
	At time.Time `json:"at"`
	Interval
}

type runBody struct {
	Job   ID        `json:"job"`
	State RunState  `json:"state"`
	At    time.Time `json:"at"`
}

// Fact returns r as a fact.
func (r Run) Fact() Fact {
	f := sighting(KindRun, Key(r.ID), Job(r.Job.Namespace, r.Job.Name).Entity().Key(), r.Interval, runBody{r.Job, r.State, r.At})
	f.Rank, f.Said = r.State.rank(), r.At
	return f
}

// RunOf reads a fact of KindRun.
func RunOf(f Fact) (Run, error) {
	p, err := f.parts(KindRun, 1)
	if err != nil {
		return Run{}, err
	}
	var body runBody
	err = f.decode(&body)
	return Run{ID: p[0], Job: body.Job, State: body.State, At: body.At, Interval: f.Interval()}, err
}

// RunIO says that a run read or wrote a dataset.
type RunIO struct {
	Run       string    `json:"run"`
	Direction Direction `json:"direction"`
	Dataset   ID        `json:"dataset"`
	// Version is the dataset's version where the event said one.
	Version string `json:"version,omitempty"`
	Interval
}

type runIOBody struct {
	Version string `json:"version,omitempty"`
}

// Fact returns io as a fact, listed under its run.
func (io RunIO) Fact() Fact {
	key := Key(io.Run, string(io.Direction), io.Dataset.Namespace, io.Dataset.Name)
	return sighting(KindRunIO, key, Key(io.Run), io.Interval, runIOBody{io.Version})
}

// RunIOOf reads a fact of KindRunIO.
func RunIOOf(f Fact) (RunIO, error) {
	p, err := f.parts(KindRunIO, 4)
	if err != nil {
		return RunIO{}, err
	}
	var body runIOBody
	err = f.decode(&body)
	return RunIO{Run: p[0], Direction: Direction(p[1]), Dataset: ID{p[2], p[3]}, Version: body.Version, Interval: f.Interval()}, err
}
