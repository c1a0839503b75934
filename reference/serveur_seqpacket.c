/* Receives the records that one client sends to a path, until end of file, and prints the size of each. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LG_MESSAGE 256

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
    int sonde = socket(AF_UNIX, SOCK_SEQPACKET, 0);
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

/* Each recv() gives one record, never two and never a piece, if the buffer has room for it. 0: the client has closed. */
static int recevoirEnregistrements(int socketDialogue)
{
    char enregistrement[LG_MESSAGE];
    for (;;) {
        ssize_t lus = recv(socketDialogue, enregistrement, sizeof(enregistrement), 0);
        if (lus == 0)
            return 0;
        if (lus > 0) {
            printf("%zd octets\n", lus);
        } else if (errno != EINTR) {
            perror("recv");
            return -1;
        }
    }
}

/* Waits for the one client, serves it. */
static int servir(int socketEcoute)
{
    int socketDialogue;
    if (listen(socketEcoute, 1) == -1) {
        perror("listen");
        return -1;
    }
    do
        socketDialogue = accept(socketEcoute, NULL, NULL);
    while (socketDialogue == -1 && (errno == EINTR || errno == ECONNABORTED));
    if (socketDialogue == -1) {
        perror("accept");
        return -1;
    }
    int resultat = recevoirEnregistrements(socketDialogue);
    close(socketDialogue);
    return resultat;
}

int main(int argc, char *argv[])
{
    struct sockaddr_un pointDeRencontreLocal;
    if (argc != 2) {
        fprintf(stderr, "Usage : %s CHEMIN\n", argv[0]);
        return EXIT_FAILURE;
    }
    if (remplirAdresse(&pointDeRencontreLocal, argv[1]) == -1)
        return EXIT_FAILURE;

    int socketEcoute = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    if (socketEcoute == -1) {
        perror("socket");
        return EXIT_FAILURE;
    }
    if (attacher(socketEcoute, &pointDeRencontreLocal) == -1) {
        perror("bind");
        close(socketEcoute);
        return EXIT_FAILURE;
    }

    /* From here on the path is ours, and ours to remove. */
    cheminSocket = argv[1];
    struct sigaction action = {.sa_handler = supprimerChemin};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);

    int resultat = servir(socketEcoute);
    close(socketEcoute);
    unlink(argv[1]);
    return resultat == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
