package matrix

import (
	"context"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/event/cmdschema"
	"maunium.net/go/mautrix/id"

	"attache/bot"
)

// describedRest is the parameter that holds all that follows a verb.
const describedRest = "rest"

// describe lists our commands in a room, for clients that show such lists, if we
// have the power to
// (https://github.com/matrix-org/matrix-spec-proposals/pull/4391). What stands
// there already as we would have it is not written again.
func (m *Matrix) describe(ctx context.Context, s *session, room id.RoomID) {
	kind := event.StateMSC4391BotCommand
	levels, err := s.client.StateStore.GetPowerLevels(ctx, room)
	if err != nil || levels == nil || levels.GetUserLevel(s.me()) < levels.GetEventLevel(kind) {
		return
	}
	state, err := call(ctx, func(ctx context.Context) (mautrix.RoomStateMap, error) { return s.client.State(ctx, room) })
	if err != nil {
		m.log.Warn("failed to read which commands are listed in a room", "channel", m.channel(room), "err", failed("reading a room", err))
		return
	}
	for _, u := range bot.Usages() {
		c := describedAs(u)
		key := c.StateKey(s.me())
		if have := state[kind][key]; have != nil {
			if was, ok := have.Content.Parsed.(*cmdschema.EventContent); ok && was.Equals(c) {
				continue
			}
		}
		err := persist(ctx, answerTime, func() error {
			if err := m.pace.turn(ctx, ordinary); err != nil {
				return err
			}
			_, err := call(ctx, func(ctx context.Context) (*mautrix.RespSendEvent, error) {
				return s.client.SendStateEvent(ctx, room, kind, key, c)
			})
			err = failedOrNil("listing a command", err)
			m.learn(s, err, ordinary)
			return err
		})
		if err != nil {
			m.log.Warn("failed to list a command in a room", "channel", m.channel(room), "err", err)
			return
		}
	}
}

// describedAs is a verb as clients are told of it.
func describedAs(u bot.Usage) *cmdschema.EventContent {
	c := &cmdschema.EventContent{Command: u.Name, Aliases: u.Aliases, Description: event.MakeExtensibleText(u.Help)}
	if u.Args != "" {
		c.Parameters = []*cmdschema.Parameter{{
			Key: describedRest, Schema: cmdschema.PrimitiveTypeString.Schema(), Optional: u.Args[0] == '[',
			Description: event.MakeExtensibleText(u.Args),
		}}
		c.TailParam = describedRest
	}
	return c
}
