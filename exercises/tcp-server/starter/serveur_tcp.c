/* Exercice : serveur TCP, un client à la fois. */
#include <arpa/inet.h>  /* htons, htonl */
#include <errno.h>      /* errno, EINTR, ECONNABORTED */
#include <netinet/in.h> /* struct sockaddr_in, INADDR_ANY, IPPORT_USERRESERVED */
#include <signal.h>     /* signal, SIGPIPE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256
#define LG_FILE 5 /* clients qui peuvent attendre */

/* Sert un client : lit son message, l'affiche, répond. */
static void dialoguer(int socketDialogue)
{
    char message[LG_MESSAGE];

    /* Étape 4 : lire un message. Le client peut aussi être parti (0), ou l'appel échouer (-1). */

    /* Étape 5 : l'afficher, par son nombre d'octets car il n'a pas de '\0' final, et afficher ce nombre. */

    /* Étape 6 : répondre les 3 octets de "ok\n", et afficher leur nombre. */

    fprintf(stderr, "dialoguer(%d) : à compléter (%zu octets au plus)\n", socketDialogue, sizeof(message));
}

int main(void)
{
    int socketDialogue = -1;

    /* Étape 1 : créer un socket TCP/IPv4, et l'attacher au port 5000 comme dans l'exercice précédent. */

    /* Étape 2 : le mettre en écoute, avec une file de LG_FILE clients. */

    /* Étape 3 : pour toujours, accepter un client, dialoguer avec lui, fermer son socket de dialogue. */
    dialoguer(socketDialogue);

    fprintf(stderr, "serveur_tcp : à compléter (port %d, file de %d)\n", PORT, LG_FILE);
    return EXIT_FAILURE;
}
