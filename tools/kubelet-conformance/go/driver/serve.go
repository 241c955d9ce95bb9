package driver

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// question is one line of input. Fields other than id and op belong to the operation.
type question struct {
	ID json.RawMessage `json:"id"`
	Op string          `json:"op"`
}

// `answer` is one line of output: Out is the result of the kubelet's code, its errors included. Fault is a defect of the
// question or of this program, and never an outcome to compare.
type answer struct {
	ID    json.RawMessage `json:"id,omitempty"`
	Out   any             `json:"out,omitempty"`
	Fault string          `json:"fault,omitempty"`
}

// operation reads its own fields from the question's line.
type operation func(s *session, line []byte) (any, error)

// session is what lives from one question to the next.
type session struct {
	kubelet Kubelet
	cluster *Cluster
	clock   *clock
}

// Serve answers questions until the input ends, in order, one at a time.
func Serve(in io.Reader, out io.Writer, kubelet Kubelet) error {
	s := &session{kubelet: kubelet, cluster: NewCluster(nil), clock: newClock()}
	reader := bufio.NewReaderSize(in, 1<<20)
	writer := bufio.NewWriter(out)
	encoder := json.NewEncoder(writer)
	encoder.SetEscapeHTML(false)
	for {
		line, err := reader.ReadBytes('\n')
		if len(line) > 0 {
			if err := encoder.Encode(s.answer(line)); err != nil {
				return err
			}
			// A caller may write many questions before it reads: flush only when it would wait for us.
			if reader.Buffered() == 0 {
				if err := writer.Flush(); err != nil {
					return err
				}
			}
		}
		if errors.Is(err, io.EOF) {
			return writer.Flush()
		}
		if err != nil {
			return err
		}
	}
}

func (s *session) answer(line []byte) (result answer) {
	var q question
	if err := json.Unmarshal(line, &q); err != nil {
		return answer{Fault: fmt.Sprintf("not a question: %v", err)}
	}
	run, ok := operations[q.Op]
	if !ok {
		return answer{ID: q.ID, Fault: fmt.Sprintf("unknown operation %q", q.Op)}
	}
	// The kubelet's code panics where a provider is registered twice, and a differential test wants to go on.
	defer func() {
		if p := recover(); p != nil {
			result = answer{ID: q.ID, Fault: fmt.Sprintf("panic: %v", p)}
		}
	}()
	out, err := run(s, line)
	if err != nil {
		return answer{ID: q.ID, Fault: err.Error()}
	}
	return answer{ID: q.ID, Out: out}
}

// op makes an operation of a function that takes its fields decoded.
func op[In any](run func(s *session, in In) (any, error)) operation {
	return func(s *session, line []byte) (any, error) {
		var in In
		if err := json.Unmarshal(line, &in); err != nil {
			return nil, fmt.Errorf("fields of the question: %w", err)
		}
		return run(s, in)
	}
}

// text gives an error as the JSON value of an "error" field: its text, or null.
func text(err error) *string {
	if err == nil {
		return nil
	}
	t := err.Error()
	return &t
}
