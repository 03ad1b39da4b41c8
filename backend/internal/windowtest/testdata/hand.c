// hand does on an X screen what xdotool cannot.
//
//	hand hold X Y FILE   shows a small window at X, Y from which FILE can be dragged, until it is killed; says a word a line
//	                     about what becomes of it: shown, taken, welcome (where the mouse is, it would be accepted), ended
//	hand close WINDOW    asks a window to close, as its title bar would
#include <gtk/gtk.h>
#include <gdk/gdkx.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void give(GtkWidget *widget, GdkDragContext *context, GtkSelectionData *data, guint info, guint time, gpointer uri) {
	gchar *uris[] = {uri, NULL};
	gtk_selection_data_set_uris(data, uris);
}

static void say(const char *word) {
	puts(word);
	fflush(stdout);
}

static gboolean shown(GtkWidget *widget, GdkEvent *event, gpointer nothing) {
	say("shown");
	return FALSE;
}

static void answered(GdkDragContext *context, GdkDragAction action, gpointer nothing) {
	if (action) say("welcome");
}

static void taken(GtkWidget *widget, GdkDragContext *context, gpointer nothing) {
	g_signal_connect(context, "action-changed", G_CALLBACK(answered), NULL);
	say("taken");
}

static void ended(GtkWidget *widget, GdkDragContext *context, gpointer nothing) {
	say("ended");
}

static int hold(int x, int y, const char *file) {
	GtkWidget *window = gtk_window_new(GTK_WINDOW_POPUP);
	GtkWidget *box = gtk_event_box_new();
	GtkTargetEntry target = {"text/uri-list", 0, 0};
	gtk_window_set_default_size(GTK_WINDOW(window), 60, 60);
	gtk_window_move(GTK_WINDOW(window), x, y);
	gtk_container_add(GTK_CONTAINER(window), box);
	gtk_drag_source_set(box, GDK_BUTTON1_MASK, &target, 1, GDK_ACTION_COPY);
	g_signal_connect(box, "drag-data-get", G_CALLBACK(give), g_filename_to_uri(file, NULL, NULL));
	g_signal_connect(box, "drag-begin", G_CALLBACK(taken), NULL);
	g_signal_connect(box, "drag-end", G_CALLBACK(ended), NULL);
	g_signal_connect(window, "map-event", G_CALLBACK(shown), NULL);
	gtk_widget_show_all(window);
	gtk_main();
	return 0;
}

static int close_window(Window window) {
	Display *display = gdk_x11_get_default_xdisplay();
	XEvent event;
	memset(&event, 0, sizeof event);
	event.xclient.type = ClientMessage;
	event.xclient.window = window;
	event.xclient.message_type = XInternAtom(display, "WM_PROTOCOLS", False);
	event.xclient.format = 32;
	event.xclient.data.l[0] = XInternAtom(display, "WM_DELETE_WINDOW", False);
	event.xclient.data.l[1] = CurrentTime;
	XSendEvent(display, window, False, NoEventMask, &event);
	XSync(display, False);
	return 0;
}

int main(int argc, char **argv) {
	gtk_init(&argc, &argv);
	if (argc == 5 && !strcmp(argv[1], "hold")) return hold(atoi(argv[2]), atoi(argv[3]), argv[4]);
	if (argc == 3 && !strcmp(argv[1], "close")) return close_window(strtoul(argv[2], NULL, 10));
	fprintf(stderr, "usage: hand hold X Y FILE | close WINDOW\n");
	return 2;
}
