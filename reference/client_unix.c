/* Sends a message to the server that listens at a path, prints the reply and how many bytes went each way. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LG_MESSAGE 256

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

/* Sends all of it: send() may take only a part. MSG_NOSIGNAL: a server that has gone is an error, not the end of us. */
static int envoyer(int descripteurSocket, const char *message, size_t taille)
{
    size_t envoyes = 0;
    while (envoyes < taille) {
        ssize_t ecrits = send(descripteurSocket, message + envoyes, taille - envoyes, MSG_NOSIGNAL);
        if (ecrits >= 0)
            envoyes += (size_t)ecrits;
        else if (errno != EINTR)
            return -1;
    }
    printf("Message envoyé (%zu octets)\n", envoyes);
    return 0;
}

/* The reply is whole when the server closes: a local stream has no message bounds either. */
static int recevoir(int descripteurSocket)
{
    char message[LG_MESSAGE];
    size_t recus = 0;
    for (;;) {
        ssize_t lus = recv(descripteurSocket, message, sizeof(message), 0);
        if (lus == 0)
            break;
        if (lus > 0) {
            fwrite(message, 1, (size_t)lus, stdout);
            recus += (size_t)lus;
        } else if (errno != EINTR) {
            perror("recv");
            return -1;
        }
    }
    if (recus == 0) {
        fprintf(stderr, "Le serveur a fermé la connexion sans répondre\n");
        return -1;
    }
    printf("\nRéponse reçue (%zu octets)\n", recus);
    return 0;
}

int main(int argc, char *argv[])
{
    struct sockaddr_un pointDeRencontreDistant;
    if (argc != 2) {
        fprintf(stderr, "Usage : %s CHEMIN\n", argv[0]);
        return EXIT_FAILURE;
    }
    if (remplirAdresse(&pointDeRencontreDistant, argv[1]) == -1)
        return EXIT_FAILURE;

    int descripteurSocket = socket(AF_UNIX, SOCK_STREAM, 0);
    if (descripteurSocket == -1) {
        perror("socket");
        return EXIT_FAILURE;
    }

    int etat = EXIT_FAILURE;
    const char *messageEnvoi = "Hello world !\n";
    if (connect(descripteurSocket, (struct sockaddr *)&pointDeRencontreDistant, sizeof(pointDeRencontreDistant)) == -1)
        perror("connect");
    else if (envoyer(descripteurSocket, messageEnvoi, strlen(messageEnvoi)) == -1)
        perror("send");
    else if (recevoir(descripteurSocket) == 0)
        etat = EXIT_SUCCESS;

    close(descripteurSocket);
    return etat;
}
