/* Serves one client after another at a path, for ever: prints its message, replies, closes. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LG_MESSAGE 256
#define LG_FILE 5 /* clients that may wait while one is being served */

static const char *cheminSocket; /* for the handler, which gets no other argument than the signal */

/* The path that bind() made outlives the program: nobody else removes it. unlink() and _exit() are allowed in a handler. */
static void supprimerChemin(int signal)
{
    (void)signal;
    unlink(cheminSocket);
    _exit(EXIT_SUCCESS);
}

/* sun_path is short (108 bytes): a path that does not fit is an error, for half a path is another path. */
static int remplirAdresse(struct sockaddr_un *adresse, const char *chemin)
{
    memset(adresse, 0, sizeof(*adresse));
    adresse->sun_family = AF_UNIX;
    if (strlen(chemin) >= sizeof(adresse->sun_path)) {
        fprintf(stderr, "%s : chemin trop long (%zu octets au plus)\n", chemin, sizeof(adresse->sun_path) - 1);
        return -1;
    }
    strcpy(adresse->sun_path, chemin);
    return 0;
}

/* Whether a path is left over from an earlier run: only then is a connection to it refused. */
static int estAbandonne(const struct sockaddr_un *adresse)
{
    int sonde = socket(AF_UNIX, SOCK_STREAM, 0);
    if (sonde == -1)
        return 0;
    int refus = connect(sonde, (const struct sockaddr *)adresse, sizeof(*adresse)) == -1 && errno == ECONNREFUSED;
    close(sonde);
    return refus;
}

static int attacher(int descripteurSocket, const struct sockaddr_un *adresse)
{
    if (bind(descripteurSocket, (const struct sockaddr *)adresse, sizeof(*adresse)) == 0)
        return 0;
    if (errno != EADDRINUSE)
        return -1;
    if (!estAbandonne(adresse)) {
        errno = EADDRINUSE;
        return -1;
    }
    unlink(adresse->sun_path);
    return bind(descripteurSocket, (const struct sockaddr *)adresse, sizeof(*adresse));
}

static int ouvrirSocketEcoute(const char *chemin)
{
    struct sockaddr_un pointDeRencontreLocal;
    if (remplirAdresse(&pointDeRencontreLocal, chemin) == -1)
        return -1;

    int socketEcoute = socket(AF_UNIX, SOCK_STREAM, 0);
    if (socketEcoute == -1) {
        perror("socket");
        return -1;
    }
    if (attacher(socketEcoute, &pointDeRencontreLocal) == -1) {
        perror("bind");
        close(socketEcoute);
        return -1;
    }

    /* From here on the path is ours, and ours to remove. */
    cheminSocket = chemin;
    struct sigaction action = {.sa_handler = supprimerChemin};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);

    if (listen(socketEcoute, LG_FILE) == -1) {
        perror("listen");
        close(socketEcoute);
        unlink(chemin);
        return -1;
    }
    return socketEcoute;
}

/* Sends all of it: send() may take only a part. MSG_NOSIGNAL: a client that has gone must not end the server. */
static void envoyer(int socketDialogue, const char *message)
{
    size_t taille = strlen(message), envoyes = 0;
    while (envoyes < taille) {
        ssize_t ecrits = send(socketDialogue, message + envoyes, taille - envoyes, MSG_NOSIGNAL);
        if (ecrits >= 0) {
            envoyes += (size_t)ecrits;
        } else if (errno != EINTR) {
            perror("send");
            return;
        }
    }
    printf("Réponse envoyée (%zu octets)\n", envoyes);
}

/* Whatever goes wrong with this client is said and concerns nobody else. */
static void dialoguer(int socketDialogue)
{
    char message[LG_MESSAGE];
    ssize_t lus;
    do
        lus = recv(socketDialogue, message, sizeof(message), 0);
    while (lus == -1 && errno == EINTR);

    if (lus == -1) {
        perror("recv");
    } else if (lus == 0) {
        fprintf(stderr, "Le client a fermé la connexion sans rien envoyer\n");
    } else {
        /* No final NUL came with the message: it is printed by its number of bytes. */
        printf("Message reçu : %.*s (%zd octets)\n", (int)lus, message, lus);
        envoyer(socketDialogue, "ok\n");
    }
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "Usage : %s CHEMIN\n", argv[0]);
        return EXIT_FAILURE;
    }
    int socketEcoute = ouvrirSocketEcoute(argv[1]);
    if (socketEcoute == -1)
        return EXIT_FAILURE;
    printf("En écoute en %s\n", argv[1]);

    for (;;) {
        int socketDialogue = accept(socketEcoute, NULL, NULL);
        if (socketDialogue >= 0) {
            dialoguer(socketDialogue);
            close(socketDialogue);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            perror("accept");
            close(socketEcoute);
            unlink(argv[1]);
            return EXIT_FAILURE;
        }
    }
}
