package matrix

import (
	"context"
	"fmt"
	"slices"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"attache/bot/command"
)

// adminLevel is the power of whoever may do everything in a room, as clients
// give it to who made the room.
const adminLevel = 100

// role is what a user may do in a room, and why no more: by their power there,
// unless the operator has named them.
func (m *Matrix) role(ctx context.Context, s *session, room id.RoomID, user id.UserID) (command.Role, string) {
	if slices.Contains(m.o.Admins, string(user)) {
		return command.Admin, ""
	}
	levels, err := s.client.StateStore.GetPowerLevels(ctx, room)
	if err != nil {
		m.log.Warn("could not look up who somebody is", "channel", m.channel(room), "err", err)
		return command.Reader, "(I could not find out what you may do here; whoever runs me finds the reason in the log.)"
	}
	if levels == nil { // a room without any: who made it has it all
		levels = &event.PowerLevelsEventContent{}
		levels.CreateEvent, _ = s.client.StateStore.GetCreate(ctx, room)
		if levels.CreateEvent != nil && levels.CreateEvent.Sender == user {
			return command.Admin, ""
		}
	}
	need := levels.StateDefault()
	if m.o.Level != nil {
		need = *m.o.Level
	}
	switch power := levels.GetUserLevel(user); {
	case power >= max(need, adminLevel):
		return command.Admin, ""
	case power >= need:
		return command.Editor, ""
	default:
		return command.Reader, fmt.Sprintf("(Your power in this room is %d; who has %d or more decides what is told here.)", power, need)
	}
}
