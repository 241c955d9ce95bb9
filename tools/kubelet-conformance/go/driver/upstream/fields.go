package upstream

import (
	"fmt"
	"reflect"
	"time"
	"unsafe"

	"k8s.io/client-go/tools/cache"
	"k8s.io/utils/clock"
)

// Fields gives access, by name, to the fields of a struct whose type or fields are not exported. A name that no
// longer exists panics, and the output then is a fault.
type Fields struct{ of reflect.Value }

// FieldsOf takes a pointer to a struct, also inside an interface.
func FieldsOf(pointer any) Fields { return Fields{reflect.ValueOf(pointer).Elem()} }

// Get returns the field, settable, without the mark of being unexported.
func (f Fields) Get(name string) reflect.Value {
	v := f.of.FieldByName(name)
	if !v.IsValid() {
		panic(fmt.Sprintf("%s has no field %s in this release", f.of.Type(), name))
	}
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}

// Set sets the field.
func (f Fields) Set(name string, value any) { f.Get(name).Set(reflect.ValueOf(value)) }

// Follow returns the fields of what a field points to, through an interface too.
func (f Fields) Follow(name string) Fields { return follow(f.Get(name)) }

// FollowIndex is Follow for one element of a list.
func (f Fields) FollowIndex(name string, index int) Fields { return follow(f.Get(name).Index(index)) }

func follow(v reflect.Value) Fields {
	for v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return Fields{v}
}

// UseClock makes a *pluginProvider and its cache live by another clock than the machine's. The kubelet's own unit tests set
// the same fields.
func UseClock(provider Fields, c clock.Clock) {
	provider.Set("clock", c)
	provider.Set("lastCachePurge", c.Now())
	provider.Follow("cache").Follow("expirationPolicy").Set("clock", c)
}

// CacheOf is a *pluginProvider's cache.
func CacheOf(provider Fields) cache.Store { return provider.Get("cache").Interface().(cache.Store) }

// MovedClock is a clock whose time a test decides.
type MovedClock struct {
	clock.RealClock
	now func() time.Time
}

// NewMovedClock returns a clock with the time that now returns.
func NewMovedClock(now func() time.Time) *MovedClock { return &MovedClock{now: now} }

// Now is the time that the test decided.
func (c *MovedClock) Now() time.Time { return c.now() }

// Since is the duration since t on this clock.
func (c *MovedClock) Since(t time.Time) time.Duration { return c.now().Sub(t) }
