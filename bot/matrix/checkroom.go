package matrix

import (
	"context"
	"maps"
	"slices"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"attache/bot"
)

// ourRooms checks the rooms that subscriptions name, and who invites us.
func (c *checking) ourRooms(ctx context.Context) {
	res, err := c.client.JoinedRooms(ctx)
	if err != nil {
		c.failed("rooms", err)
		return
	}
	waiting, err := c.invitations(ctx)
	if err != nil {
		c.failed("rooms", err)
		return
	}
	c.good("rooms", "we are in %d", len(res.JoinedRooms))
	named := map[id.RoomID]bool{}
	for _, name := range c.o.Rooms {
		room := id.RoomID(name)
		if named[room] {
			continue
		}
		named[room] = true
		by, invited := waiting[room]
		switch {
		case slices.Contains(res.JoinedRooms, room):
			c.inRoom(ctx, room)
		case invited:
			c.invited(room, by)
		default:
			c.bad("room "+name, "we are not in it: invite %s", c.login.User)
		}
	}
	for _, room := range slices.Sorted(maps.Keys(waiting)) {
		if !named[room] {
			c.invited(room, waiting[room])
		}
	}
}

// invited says what becomes of an invitation.
func (c *checking) invited(room id.RoomID, by id.UserID) {
	what := "invitation to " + string(room)
	if c.o.mayInvite(c.login.User, by) {
		c.good(what, "from %s; it is accepted when the bot runs", by)
		return
	}
	c.bad(what, "it is from %s, whom matrix.allow does not name: when the bot runs it is declined; name them there, or %s, and restart",
		by, by.Homeserver())
}

// inRoom checks whether we may speak in a room that we are in.
func (c *checking) inRoom(ctx context.Context, room id.RoomID) {
	what := "room " + string(room)
	s, err := c.stateOf(ctx, room)
	if err != nil {
		c.failed(what, err)
		return
	}
	if s.name != "" {
		what += " (" + bot.OneLine(s.name, 60) + ")"
	}
	kind, how := event.EventMessage, "not encrypted"
	if s.encrypted {
		kind, how = event.EventEncrypted, "encrypted"
	}
	have, need := s.levels.GetUserLevel(c.login.User), s.levels.GetEventLevel(kind)
	switch {
	case s.replaced != "":
		c.bad(what, "it was replaced by %s: write that into the config", s.replaced)
	case have < need:
		c.bad(what, "%s, and we may not speak there: our power is %d and it takes %d; whoever is admin there gives us more, in Element under Room settings, Roles & Permissions", how, have, need)
	default:
		c.good(what, "%s, and we may speak there", how)
	}
}

// roomState is what matters to us of a room.
type roomState struct {
	name      string
	encrypted bool
	replaced  id.RoomID // by which
	levels    event.PowerLevelsEventContent
}

// stateOf asks for the state of a room, piece by piece: all of it has every
// member.
func (c *checking) stateOf(ctx context.Context, room id.RoomID) (*roomState, error) {
	s := &roomState{}
	var name event.RoomNameEventContent
	var encryption event.EncryptionEventContent
	var tombstone event.TombstoneEventContent
	for _, part := range []struct {
		kind event.Type
		into any
	}{
		{event.StatePowerLevels, &s.levels}, {event.StateRoomName, &name},
		{event.StateEncryption, &encryption}, {event.StateTombstone, &tombstone},
	} {
		err := c.client.StateEvent(ctx, room, part.kind, "", part.into)
		if err != nil && errcode(err) != "M_NOT_FOUND" {
			return nil, err
		}
	}
	s.name, s.encrypted, s.replaced = name.Name, encryption.Algorithm != "", tombstone.ReplacementRoom
	// Since version 12 of rooms, who made one has more power than anybody, and
	// stands in no list.
	var err error
	s.levels.CreateEvent, err = c.client.FullStateEvent(ctx, room, event.StateCreate, "")
	return s, err
}
